"""Weights on the Hugging Face hub, and in its cache on this machine.

Nothing is fetched but by :func:`fetch`. What is in the cache is taken as it is, without asking
the hub whether there is something newer.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from queue import Empty, SimpleQueue
from threading import Thread

from geosearch.errors import WeightsError, first_line
from geosearch.message import Message

PROBE_SECONDS = 3.0
"""How long the hub is waited for when the user did not name an encoder."""

_ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", "")
_NOT_WEIGHTS = frozenset({"readme", "license", "notice", "changelog"})
_LISTING_SECONDS = 15.0


def cached(repo: str, file: str | None = None) -> Path | None:
    """Return a file of a repository in the hub's cache, if it is there.

    Args:
        repo: ``owner/name``.
        file: Its path in the repository; None for the checkpoint.

    Reads the cache's documented layout (``models--OWNER--NAME``, ``refs``, ``snapshots``): the
    checkpoint's name may not be known beforehand, so the hub's own look-up by name is of no use.
    """
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}"
    snapshots = folder / "snapshots"
    reference = folder / "refs" / "main"
    if reference.is_file():
        candidates = [snapshots / reference.read_text(encoding="utf-8").strip()]
    else:  # fetched by revision: the newest one
        candidates = sorted(snapshots.glob("*"), key=lambda p: p.stat().st_mtime, reverse=True)
    for snapshot in candidates:
        if file is not None:
            if (snapshot / file).is_file():
                return snapshot / file
            continue
        files = [p for p in snapshot.rglob("*") if p.is_file()]  # a broken link is no file
        sizes = {p.relative_to(snapshot).as_posix(): p.stat().st_size for p in files}
        if name := checkpoint_name(sizes):
            return snapshot / name
    return None


def fetch(repo: str, file: str | None = None) -> Path:
    """Download a file of a repository into the hub's cache, with the hub's own bar.

    Args:
        repo: ``owner/name``.
        file: Its path in the repository; None for the checkpoint.

    Raises:
        WeightsError: The hub cannot be reached or refuses, or the repository holds no checkpoint.
    """
    from huggingface_hub import hf_hub_download

    if offline():
        raise _missing(repo, "HF_HUB_OFFLINE is set, so that the hub is not asked")
    try:
        name = file or checkpoint_name(_file_sizes(repo, _LISTING_SECONDS))
        if name is not None:
            return Path(hf_hub_download(repo, name))
    except Exception as error:
        # the hub's library lets its HTTP library's errors through, and has changed that library
        raise _missing(repo, first_line(error)) from error
    raise _missing(repo, "the repository holds no checkpoint file")


def offline() -> bool:
    """Return whether the user has forbidden asking the hub: by ``HF_HUB_OFFLINE``, or its like."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def reachable(repo: str, *, seconds: float = PROBE_SECONDS) -> bool:
    """Return whether the hub lists a checkpoint in the repository within some seconds.

    Asked in a thread of its own, since a name server that does not answer has no timeout.
    """
    if offline():
        return False
    answers: SimpleQueue[bool] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(checkpoint_name(_file_sizes(repo, seconds)) is not None)
        except Exception:  # any failure is the answer: it cannot be fetched
            answers.put(False)

    Thread(target=ask, daemon=True, name="geosearch-hub-probe").start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return False


def checkpoint_in(folder: Path) -> Path:
    """Return the checkpoint in a folder, as :func:`checkpoint_name` chooses it.

    Raises:
        WeightsError: The folder holds none.
    """
    sizes = {p.name: p.stat().st_size for p in folder.iterdir() if p.is_file()}
    name = checkpoint_name(sizes)
    if name is None:
        raise WeightsError(
            f"the folder {folder} holds no checkpoint",
            hint=Message("give `weights` a checkpoint file"),
        )
    return folder / name


def checkpoint_name(sizes: Mapping[str, int]) -> str | None:
    """Return which of a repository's files is the checkpoint: the largest that can be one.

    A checkpoint ends in .safetensors, .pt, .pth, .bin, .ckpt, or has no ending at all (the
    authors' own demo loads such a file). Equally large ones are taken in that order of endings.

    Args:
        sizes: File path in the repository to bytes.
    """
    names = [name for name in sizes if _can_be_checkpoint(PurePosixPath(name))]

    def order(name: str) -> tuple[int, int, str]:
        return -sizes[name], _ENDINGS.index(_ending(PurePosixPath(name))), name

    return min(names, key=order, default=None)


def _can_be_checkpoint(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and _ending(path) in _ENDINGS and path.name.lower() not in _NOT_WEIGHTS


def _ending(path: PurePosixPath) -> str:
    return path.suffix.lower()


def _file_sizes(repo: str, seconds: float) -> dict[str, int]:
    from huggingface_hub import HfApi

    siblings = HfApi().model_info(repo, files_metadata=True, timeout=seconds).siblings
    return {file.rfilename: file.size or 0 for file in siblings or []}


def _missing(repo: str, reason: str) -> WeightsError:
    return WeightsError(
        f"the weights of {repo} are not here and cannot be fetched: {reason}",
        hint=Message(
            "with a network, `hf download {}` fetches them; without one, copy the file here "
            "and give it as `weights`; the encoder mini needs no download",
            repo,
        ),
    )
