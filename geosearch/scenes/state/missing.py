"""Whether a scene is still there."""

import os

from geosearch.scenes.places.href import band_files
from geosearch.scenes.places.remote import is_remote


def files_are_missing(href: str) -> bool:
    """Return whether none of a scene's files is there.

    What is not on this machine never is gone; nor what lies where nobody may look.
    """
    for file in band_files(href):
        if is_remote(file):
            return False
        try:
            os.lstat(file)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False
        return False
    return True
