"""A web server on this machine that serves a folder, as object stores do: with ranges."""

import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.scenes_web import Web


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    folder = tmp_path / "web"
    folder.mkdir()
    served = Web("", folder)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            served.asked.append(f"GET {self.path} {self.headers.get('Authorization', '')}".strip())
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            path = Path(self.translate_path(self.path))
            if wanted is None or not path.is_file():
                super().do_GET()
                return
            content = path.read_bytes()
            first = int(wanted[1])
            last = min(int(wanted[2] or len(content)), len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            self.send_header("Content-Length", str(last + 1 - first))
            self.end_headers()
            self.wfile.write(content[first : last + 1])

        def send_header(self, keyword: str, value: str) -> None:
            if keyword not in served.headers:
                super().send_header(keyword, value)

        def end_headers(self) -> None:
            for keyword, value in served.headers.items():
                if value is not None:
                    super().send_header(keyword, value)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # the machine may have a proxy for the rest
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    served.url = f"http://127.0.0.1:{running.server_port}"
    yield served
    running.shutdown()
    running.server_close()
