"""What all rooms' tests share: the folder of real scenes, where there is one."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

_REPOSITORY = Path(__file__).resolve().parent.parent

# a deadline would be a timed test: machines are busy
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real scenes and captioned images; tests that need it skip without it."""
    folder = Path(os.environ.get("GEOSEARCH_SHARED_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set GEOSEARCH_SHARED_DATA to test on real scenes")
    return folder
