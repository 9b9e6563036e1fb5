"""How a running job tells how far it is, and learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from sfsam.domain.jobs import JobState, Phase, Progress

_SAVE_EVERY_SECONDS = 0.3


class JobControl:
    """Handed to a job. `save` stores the progress; `stop_asked` is true once somebody asked the job to stop."""

    def __init__(self, save: Callable[[Progress], None], stop_asked: Callable[[], bool]) -> None:
        self._save = save
        self._stop_asked = stop_asked
        self._saved_at = 0.0

    def report(self, progress: Progress) -> None:
        """Save the progress, at most every 0.3 seconds; the first and the last share are always saved."""
        moment = monotonic()
        if moment - self._saved_at >= _SAVE_EVERY_SECONDS or progress.share in (0.0, 1.0):
            self._saved_at = moment
            self._save(progress)

    def should_stop(self) -> bool:
        return self._stop_asked()


class SilentControl(JobControl):
    """For work inside a larger job, whose own phases are shown instead."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, lambda: False)


class _Unthrottled(JobControl):
    """Passes every report on; the outermost control decides how often to save."""

    def report(self, progress: Progress) -> None:
        self._save(progress)


class Phases:
    """The list of phases a person sees while a job runs; reporting a phase by name moves it along."""

    def __init__(self, control: JobControl, names: Sequence[str], *, title: str = "") -> None:
        self._control = control
        self._title = title
        self._phases = {name: Phase(name=name) for name in names}

    def report(self, phase: Phase) -> None:
        """Take over what `phase` says and show it."""
        self._phases[phase.name] = phase
        self._show()

    def begin(self, name: str, *, expected: int | None = None) -> None:
        self.report(Phase(name=name, expected=expected, state=JobState.RUNNING))

    def advance(self, name: str, rows: int) -> None:
        self.report(self._phases[name].model_copy(update={"rows": rows}))

    def end(self, name: str, *, rows: int = 0, seconds: float = 0.0) -> None:
        self.report(Phase(name=name, rows=rows, expected=rows, seconds=seconds, state=JobState.SUCCEEDED))

    def should_stop(self) -> bool:
        return self._control.should_stop()

    def nested(self, prefix: str) -> JobControl:
        """A control for a part of this job: its phases appear here under `prefix`, in lower case."""

        def take_over(progress: Progress) -> None:
            for phase in progress.phases:
                name = f"{prefix}{phase.name.lower()}"
                if self._phases.get(name) != phase.model_copy(update={"name": name}):
                    self.report(phase.model_copy(update={"name": name}))

        return _Unthrottled(take_over, self._control.should_stop)

    def _show(self) -> None:
        phases = tuple(self._phases.values())
        running = next((phase.name for phase in phases if phase.state is JobState.RUNNING), "")
        sentence = ": ".join(part for part in (self._title, running) if part)
        self._control.report(Progress(share=sum(map(_share, phases)) / len(phases), sentence=sentence, phases=phases))


def _share(phase: Phase) -> float:
    if phase.state is JobState.SUCCEEDED:
        return 1.0
    if phase.state is not JobState.RUNNING or not phase.expected:
        return 0.0
    return min(phase.rows / phase.expected, 0.99)
