"""What an indexing run works with, and what it has done so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geosearch.errors import Refusal
from geosearch.index import IndexWriter, PublishedScene, PublishResult, Unfinished
from geosearch.ingest.run.interruption import Interruption
from geosearch.ingest.run.intervals import PublishClock
from geosearch.ingest.run.memory import release_freed_memory
from geosearch.ingest.run.report import SceneCount
from geosearch.ingest.run.settings import RunSettings
from geosearch.reporting import Course, warn_refused
from geosearch.stopwatch import Stopwatch


class StoppedError(Exception):
    """A scene is left unfinished, since the run was asked to stop."""


@dataclass
class Run:
    """What a run works with, and what it has done so far."""

    scenes: int
    """Number of scenes that were found."""
    settings: RunSettings
    published: Mapping[str, PublishedScene]
    """Scenes of the index, by id."""
    writer: IndexWriter
    watch: Stopwatch
    interruption: Interruption
    clock: PublishClock
    indexed: list[SceneCount] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    relocated: dict[str, str] = field(default_factory=dict)
    """Id before to id now."""
    resumed: int = 0
    unchanged: int = 0

    @property
    def kept(self) -> int:
        """Scenes that are done."""
        return len(self.indexed) + len(self.relocated) + self.resumed + self.unchanged

    def refuse(self, refusal: Refusal) -> None:
        """Leave a scene out."""
        self.refused.append(refusal)
        warn_refused(__name__, [refusal])

    def publish(self, *, goes_on: bool = False) -> PublishResult:
        """Make what is staged searchable, as `IndexWriter.publish` does."""
        with self.watch.time("publish"):
            release_freed_memory()  # a segment takes as much again as the reading did
            unfinished = Unfinished(self.kept, self.scenes) if goes_on else None
            return self.writer.publish(goes_on=goes_on, unfinished=unfinished)

    def publish_if_due(self) -> None:
        """Publish what is finished, if it is time for that."""
        if self.clock.is_due():
            self.publish(goes_on=True)
            self.clock.published()


class Part:
    """How much of one scene is done, for the course that counts scenes."""

    def __init__(self, course: Course, work: float) -> None:
        """Begin a scene.

        Args:
            course: Of the run.
            work: What the scene takes, in the measure of the course.
        """
        self._course = course
        self._work = work
        self._done = 0.0

    def reach(self, fraction: float) -> None:
        """Set how much is done, from 0 to 1."""
        more = fraction - self._done
        self._course(more, more * self._work)
        self._done = fraction

    def finish(self) -> None:
        """Count the whole scene; one of which nothing was read took nothing."""
        if self._done:
            self.reach(1)
        else:
            self._course.leave_out(1, self._work)
