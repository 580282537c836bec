"""Indexes that are edited by hand as somebody would who knows how checksums are made."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from geosearch.index.folder.manifest import sealed


def edit_manifest(index: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a manifest says, and its checksum with it."""
    path = index / "manifest.json"
    document = json.loads(path.read_text())
    del document["checksum"]
    change(document)
    path.write_bytes(sealed(document))


def reseal(index: Path) -> None:
    """Write sizes and checksums of all segments anew, as their files are now."""

    def change(document: dict[str, Any]) -> None:
        for entry in document["segments"]:
            path = index / "segments" / entry["id"] / "segment.json"
            description = json.loads(path.read_text())
            for file in description["files"]:
                data = (path.parent / file["path"]).read_bytes()
                file |= {"bytes": len(data), "sha256": sha256(data).hexdigest()}
            path.write_text(json.dumps(description))
            seal_description(path, entry)

    edit_manifest(index, change)


def seal_description(path: Path, entry: dict[str, Any]) -> None:
    """Let a segment's entry in the manifest say what its description does."""
    description = json.loads(path.read_text())
    entry["files"] = {file["path"]: file["bytes"] for file in description["files"]}
    entry["files"]["segment.json"] = path.stat().st_size
    entry["checksum"] = sha256(path.read_bytes()).hexdigest()
