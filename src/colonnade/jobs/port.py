"""The job port. A job is a plan of named steps; a step that finished is never run again, one that was interrupted is.

So a step must be safe to repeat from its beginning. What it returns is kept (as JSON) and given to later steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from colonnade.errors import PortalError

Done = Mapping[str, Any]
"""What the steps before returned, by name."""

StepFunction = Callable[[str, Done], Any]
"""Takes the job's uid and what is done; returns a JSON value."""


@dataclass(frozen=True)
class Step:
    name: str
    run: StepFunction


@dataclass(frozen=True)
class Plan:
    """What a kind of job does. `failed` is told the error that ended it, `ended` is called last in any case;
    both are steps too, so they may be repeated."""

    kind: str
    steps: tuple[Step, ...]
    failed: Callable[[str, PortalError], None]
    ended: Callable[[str], None]


class Sender(Protocol):
    """How a command has a job done: by the server if one runs, else in its own process."""

    def send(self, kind: str, job: str) -> None:
        """Have a job begun soon, in the background. Raises `Unavailable`."""
        ...

    def close(self) -> None:
        """Jobs of the own process are waited for; a server's go on."""
        ...


class Runner(Protocol):
    def start(self, kind: str, job: str) -> None:
        """Begin a job now, in the background. Starting the same job again does nothing."""
        ...

    def is_known(self, job: str) -> bool:
        """Whether a job was ever handed over."""
        ...

    def is_over(self, job: str) -> bool:
        """Whether a job was started and has nothing left to do."""
        ...

    def wait(self, job: str) -> None:
        """Return when the job has ended, whatever its end."""
        ...

    def close(self) -> None:
        """Stop taking jobs. What still runs goes on at the next start."""
        ...
