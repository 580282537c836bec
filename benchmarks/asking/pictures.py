"""Labelled pictures of the shared sets, embedded."""

import json
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder, decode_image

SETS = {
    "RSICD val": ("rsicd.tar", "dataset_rsicd.json"),
    "UC Merced val": ("ucm_captions.tar", "dataset_ucm.json"),
}
SPOKEN = {
    "agricultural": "farmland",
    "bareland": "bare land",
    "baseballdiamond": "a baseball diamond",
    "baseballfield": "a baseball field",
    "center": "a civic center with a large round roof",
    "chaparral": "sparse shrubs on dry ground",
    "commercial": "a commercial area",
    "denseresidential": "a dense residential area",
    "farmland": "farmland",
    "golfcourse": "a golf course",
    "industrial": "an industrial area",
    "intersection": "a road intersection",
    "mediumresidential": "a medium residential area",
    "mobilehomepark": "a mobile home park",
    "airport": "an airport",
    "airplane": "an airplane",
    "overpass": "an overpass",
    "parking": "a parking lot",
    "parkinglot": "a parking lot",
    "port": "a port with ships",
    "railwaystation": "a railway station",
    "sparseresidential": "a sparse residential area",
    "square": "a city square",
    "storagetanks": "storage tanks",
    "tenniscourt": "a tennis court",
    "buildings": "buildings",
}
"""How classes are asked for; others by their own word."""
_AT_ONCE = 128


def embedded(folder: Path, name: str, encoder: Encoder) -> tuple[NDArray[np.float32], list[str]]:
    """Return the vectors of a set's held-out pictures, float32 [n, dim], and their classes."""
    archive, listing = SETS[name]
    images = json.loads((folder / listing).read_text())["images"]
    wanted = {one["filename"]: one["class"] for one in images if one["split"] == "val"}
    fitted, classes = [], []
    with tarfile.open(folder / archive) as pictures:
        for member in pictures:
            label = wanted.get(Path(member.name).name)
            stream = pictures.extractfile(member) if label is not None else None
            if stream is not None and label is not None:
                fitted.append(encoder.fit(decode_image(stream.read(), member.name)))
                classes.append(label)
    vectors = [
        encoder.encode_images(np.stack(fitted[first : first + _AT_ONCE]))
        for first in range(0, len(fitted), _AT_ONCE)
    ]
    return np.concatenate(vectors), classes
