"""Where the files of an encoder are: given by the user, in the hub's cache, or fetched."""

from dataclasses import dataclass
from pathlib import Path

from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.weights import hub
from geosearch.errors import WeightsError
from geosearch.message import Message

TOKENIZER_FILES = ("spiece.model", "tokenizer.json")
"""Files that hold a SigLIP's tokenizer; either will do."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of weights."""

    path: Path
    named_by_user: bool
    """The user named it; else it is in the hub's cache."""


def find_weights(info: EncoderInfo, weights: str | Path | None) -> WeightsFile:
    """Return the file of weights: the one that is named, or the published one.

    Raises:
        WeightsError: It is not here and cannot be fetched.
    """
    if weights is not None:
        path = Path(weights)
        return WeightsFile(hub.checkpoint_in(path) if path.is_dir() else path, named_by_user=True)
    if info.repo is None:
        raise WeightsError(
            f"no hub has the weights of {info.name}",
            hint=Message("give the file as `weights`"),
            parameter="weights",
        )
    path = hub.cached(info.repo, info.file) or hub.fetch(info.repo, info.file)
    return WeightsFile(path, named_by_user=False)


def find_tokenizer(info: EncoderInfo, weights: Path) -> Path:
    """Return the tokenizer of a SigLIP: beside its weights, in the hub's cache, or fetched.

    Raises:
        WeightsError: It is nowhere.
    """
    assert info.repo is not None
    for name in TOKENIZER_FILES:
        if (weights.parent / name).is_file():
            return weights.parent / name
    for name in TOKENIZER_FILES:
        if cached := hub.cached(info.repo, name):
            return cached
    try:
        return hub.fetch(info.repo, TOKENIZER_FILES[0])
    except WeightsError as error:
        raise WeightsError(
            f"there is no tokenizer beside {weights}: {error.message}",
            hint=f"put {' or '.join(TOKENIZER_FILES)} from the repository {info.repo} beside the "
            "weights",
        ) from error
