"""What may be said of a run: one value from the caller to the pipeline.

A new option is a field here, its keyword in `geosearch.IndexingOptions`, and an option of the
command.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geosearch.arguments import require_field_types
from geosearch.index import AnnChoice, require_ann
from geosearch.ingest.run.memory import RunMemory, run_memory
from geosearch.scenes import require_crs


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run does, checked when it is made; `geosearch.IndexingOptions` describes each field.

    Raises:
        UsageError: An option cannot be understood.
    """

    exclude: str | Sequence[str] = ()
    prune: bool = False
    assume_crs: str | None = None
    """It describes files and not the index, which does not record it: only their places do."""
    ann: AnnChoice = "auto"
    max_memory: str | int | None = None

    def __post_init__(self) -> None:
        require_field_types(self)
        run_memory(self.max_memory)
        require_ann(self.ann)
        if self.assume_crs is not None:
            require_crs(self.assume_crs)

    @property
    def memory(self) -> RunMemory:
        """What the run may hold, the encoder aside."""
        return run_memory(self.max_memory)
