"""Objects in S3 buckets: their size, their date and their content.

GDAL reads the rasters; what it does not tell about an object, Arrow does. GDAL's variables
(``AWS_...``) count for both.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_TIMEOUT_S = 10
_ATTEMPTS = 3
_SCHEMES = ("s3://", "/vsis3/")


def is_s3(href: str) -> bool:
    """Return whether a file is an object in S3, by its URL or by GDAL's name."""
    return href.lower().startswith(_SCHEMES)


def object_size_and_mtime(href: str) -> tuple[int, int]:
    """Ask a store for an object's size and date.

    Returns:
        Bytes, and nanoseconds since 1970; 0 where the store does not say.

    Raises:
        OSError: The store cannot be asked, or has no such object.
    """
    store, key = _place(href)
    found = store.get_file_info(key)
    if not found.is_file:
        raise FileNotFoundError(f"no object {href}")
    return found.size or 0, found.mtime_ns or 0


def open_object(href: str) -> Any:
    """Open an object for reading, as a binary file that can seek; the caller closes it.

    Raises:
        OSError: The store cannot be asked, or has no such object.
    """
    store, key = _place(href)
    return store.open_input_file(key)


def _place(href: str) -> tuple[Any, str]:
    """Return the store, and bucket and key with a slash."""
    key = next(href[len(one) :] for one in _SCHEMES if href.lower().startswith(one))
    return _store(key.partition("/")[0], _settings()), key


@dataclass(frozen=True, slots=True)
class _Settings:
    """GDAL's variables, as Arrow wants them."""

    endpoint: str | None
    """Host and port of another store than Amazon's."""
    scheme: str
    region: str | None
    anonymous: bool
    """Ask unsigned, as public buckets allow."""
    bucket_in_host: bool
    """Whether a bucket is part of the host's name, or of the path."""


def _settings() -> _Settings:
    scheme, _, endpoint = os.environ.get("AWS_S3_ENDPOINT", "").rpartition("://")
    return _Settings(
        endpoint=endpoint or None,
        scheme=scheme or ("https" if _is_set("AWS_HTTPS", True) else "http"),
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        anonymous=_is_set("AWS_NO_SIGN_REQUEST", False),
        bucket_in_host=_is_set("AWS_VIRTUAL_HOSTING", True),
    )


def _is_set(variable: str, default: bool) -> bool:
    return os.environ.get(variable, str(default)).upper() in ("YES", "TRUE", "ON", "1")


@lru_cache(maxsize=32)
def _store(bucket: str, settings: _Settings) -> Any:
    from pyarrow import fs

    region = settings.region
    if region is None and settings.endpoint is None:
        region = fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(
        anonymous=settings.anonymous,
        region=region,
        scheme=settings.scheme,
        endpoint_override=settings.endpoint,
        force_virtual_addressing=settings.bucket_in_host,
        connect_timeout=_TIMEOUT_S,
        request_timeout=_TIMEOUT_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
    )
