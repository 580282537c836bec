"""What a web server has under a URL: whole, and no more than was reckoned with."""

from http.client import HTTPException
from tempfile import TemporaryFile
from typing import IO
from urllib.request import urlopen

from geosearch.errors import SceneError
from geosearch.scenes.remote import web_request, without_secrets

_TIMEOUT_S = 30
_READ_BYTES = 1 << 20


def fetched(url: str, most_bytes: int) -> IO[bytes]:
    """Return the content of a URL as an open temporary file, at its beginning.

    Args:
        url: http or https; a user and password in it are used.
        most_bytes: More is refused.

    Raises:
        SceneError: It cannot be read, or is larger.
    """
    file = TemporaryFile()  # noqa: SIM115, the caller closes it
    try:
        with urlopen(web_request(url), timeout=_TIMEOUT_S) as answer:
            while part := answer.read(_READ_BYTES):
                file.write(part)
                if file.tell() > most_bytes:
                    raise SceneError(
                        f"it is larger than {most_bytes >> 20} MiB",
                        hint="split it into parts, or download it first",
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
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return SceneError(
        f"it cannot be read: {without_secrets(str(reason))}", hint="check path and network"
    )
