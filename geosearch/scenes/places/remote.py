"""Scenes that are not local files: URLs, buckets, and GDAL's ``/vsi`` names.

Secrets of a URL (user and password, signatures) are used to read it, and never shown or kept.
"""

import os
import re
from base64 import b64encode
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http.client import HTTPException
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from geosearch.errors import SceneError
from geosearch.scenes.places.buckets import is_s3, object_size_and_mtime

_SCHEMES = {
    "http": "/vsicurl/http://",
    "https": "/vsicurl/https://",
    "s3": "/vsis3/",
    "gs": "/vsigs/",
    "az": "/vsiaz/",
}
"""GDAL's names of what is behind a URL (GDAL virtual file systems)."""
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://?")
_CONTAINER = r"/vsi(?:zip|tar|gzip|7z|rar)"
_NETWORK_VSI = r"/vsi(?:curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(?:_streaming)?"
# only the beginning of a name counts: further on, these are folders of that name
_VSI = re.compile(
    rf"(?:{_CONTAINER}|{_NETWORK_VSI}"
    r"|/vsi(?:mem|subfile|sparse|crypt|cached|stdin|stdout|stdout_redirect))[/?]"
)
_NETWORK = re.compile(rf"(?:{_CONTAINER}/\{{?)*{_NETWORK_VSI}[/?]")
_USER = re.compile(r"(?<=://)[^/@\s]*@")
# presigned URLs of S3, Google and Azure (whose signature is sig, beside se, sp, sv and so on)
_SECRET = re.compile(
    r"([?&](?:[-\w]*(?:sig|token|secret|password|credential|apikey|api_key|access_?key|auth)[-\w]*"
    r"|x-amz-[-\w]+|x-goog-[-\w]+|key|policy|s[eprvt]|sk\w+))=[^&\s]*",
    re.IGNORECASE,
)
_TIMEOUT_S = 10


def is_remote(path: str) -> bool:
    """Return whether a path is a URL or a ``/vsi`` name, and not a local file.

    Its beginning decides: a folder may be called ``vsis3``, or ``http:`` as long as it is there.
    """
    return _is_url(path) or bool(_VSI.match(path))


def _is_url(path: str) -> bool:
    url = _URL.match(path)
    # with one slash it is what is left of a URL that was taken for a path, or a folder's name
    return url is not None and (path.startswith("//", url.end() - 2) or not os.path.lexists(path))


def is_web(path: str) -> bool:
    """Return whether a path is the URL of something on a web server."""
    return path.lower().startswith(("http://", "https://"))


def uses_network(name: str) -> bool:
    """Return whether reading a file, by GDAL's name or by URL, asks another machine."""
    return _is_url(name) or bool(_NETWORK.match(name))


def gdal_name(href: str) -> str:
    """Return what GDAL calls a file.

    Raises:
        SceneError: It is a URL whose scheme is not read.
    """
    match = _URL.match(href)
    if match is None or not _is_url(href):
        return href
    scheme, rest = match[1].lower(), href[match.end() :]
    if scheme not in _SCHEMES or not href.startswith(f"{match[1]}://"):
        raise SceneError(
            f"{without_secrets(href)} is not a URL that can be read",
            hint=f"use {', '.join(f'{name}://' for name in _SCHEMES)}, /vsi... or a local path",
        )
    return _SCHEMES[scheme] + rest


def without_secrets(text: str) -> str:
    """Return a text with the users, passwords and signatures of its URLs left out."""
    return _SECRET.sub(r"\1=...", _USER.sub("", text))


def size_and_mtime(href: str) -> tuple[int, int]:
    """Ask a web server or an S3 bucket for a file's size and date.

    Returns:
        Bytes, and nanoseconds since 1970; where a server gives no date, a number of its ETag. 0
        for buckets of others, and where nothing is said.
    """
    if is_s3(href):
        try:
            return object_size_and_mtime(href)
        except (OSError, ValueError):
            return 0, 0  # opening it says what is wrong
    if not is_web(href):
        return 0, 0
    try:
        with urlopen(web_request(href, "HEAD"), timeout=_TIMEOUT_S) as answer:
            size = answer.headers.get("Content-Length") or "0"
            date = answer.headers.get("Last-Modified")
            tag = answer.headers.get("ETag")
        if date:
            return int(size), int(parsedate_to_datetime(date).timestamp()) * 10**9
        return int(size), _number_of(tag) if tag else 0
    except (HTTPException, OSError, ValueError):
        return 0, 0  # opening it says what is wrong


def _number_of(tag: str) -> int:
    """Return a number that changes with an ETag, as a date would: 53 bits."""
    return int.from_bytes(sha256(tag.encode()).digest()[:8], "big") >> 11


def web_request(url: str, method: str = "GET") -> Request:
    """Return a request for a URL; a user and password in it go where servers look for them."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    request = Request(urlunsplit(parts._replace(netloc=host)), method=method)
    if at:
        request.add_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    return request


def container(name: str) -> str:
    """Return the local file that a ``/vsizip/`` or ``/vsitar/`` name leads into, else the name."""
    inner = re.sub(r"^(?:/vsi\w+/)+", "", name).replace("{", "").replace("}", "")
    while inner and not os.path.isfile(inner):
        inner = os.path.dirname(inner) if os.path.dirname(inner) != inner else ""
    return inner or name
