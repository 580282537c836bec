"""Documents opened wherever they are; what is fetched from the web is bounded."""

from http.client import HTTPException
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, cast
from urllib.request import urlopen

from geosearch.errors import SceneError
from geosearch.regular_file import TooLargeError, open_regular, parts_within
from geosearch.scenes.places.buckets import is_s3, open_object
from geosearch.scenes.places.remote import is_remote, is_web, web_request, without_secrets

_TIMEOUT_S = 30
_PATIENCE_S = 60
_MIN_BYTES_PER_S = 1 << 10
"""A server that sends a byte now and then would never let go."""


def open_document(path: str, max_bytes: int) -> IO[bytes]:
    """Open a document; the caller closes it.

    Args:
        path: A local file, an object in S3, or a URL on a web server, which is fetched whole.
        max_bytes: Maximum that is fetched.

    Raises:
        SceneError: It lies elsewhere, cannot be fetched, or is larger.
        OSError: It cannot be opened, or is not a regular file.
    """
    if is_s3(path):
        return cast(IO[bytes], open_object(path))
    if is_web(path):
        return fetch(path, max_bytes)
    if is_remote(path):
        raise SceneError(
            "STAC is read from files, over https and from S3", hint="download it first"
        )
    return open_regular(path)


def fetch(url: str, max_bytes: int) -> IO[bytes]:
    """Return the content of a URL as an open temporary file, at its beginning.

    Args:
        url: http or https; a user and password in it are used.
        max_bytes: Maximum that is read.

    Raises:
        SceneError: It cannot be read, or is larger.
    """
    started = monotonic()
    file = TemporaryFile()  # noqa: SIM115, the caller closes it
    try:
        with urlopen(web_request(url), timeout=_TIMEOUT_S) as answer:
            for part in parts_within(answer.read1, max_bytes, url):  # what is there, not all
                file.write(part)
                if monotonic() - started > _PATIENCE_S + file.tell() / _MIN_BYTES_PER_S:
                    raise SceneError(
                        f"the server sends less than {_MIN_BYTES_PER_S >> 10} KiB per second",
                        hint="download it first",
                    )
    except BaseException as error:
        file.close()
        if isinstance(error, OSError | HTTPException | ValueError):
            raise _unreadable(error) from None
        raise
    file.seek(0)
    return file


def _unreadable(error: Exception) -> SceneError:
    if isinstance(error, SceneError):
        return error
    if isinstance(error, TooLargeError):
        return SceneError(
            f"it is {error.strerror}", hint="split it into parts, or download it first"
        )
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return SceneError(
        f"it cannot be read: {without_secrets(str(reason))}", hint="check the path and the network"
    )
