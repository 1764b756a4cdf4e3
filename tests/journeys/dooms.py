"""Moments at which a process dies: before or after a call of a named function.

Random kills rarely land between two commits that are a millisecond apart. A doom does, every time.
"""

import functools
import importlib
import itertools
import os
import signal
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Doom:
    """`target`: `module:function` or `module:Class.method`, as its callers look it up. `nth`: which call it is,
    counted from when the doom is laid."""

    when: Literal["before", "after"]
    target: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.when} {self.target.rpartition(':')[2]}" + (f" {self.nth}" if self.nth > 1 else "")


def lay(doom: Doom) -> None:
    """Let this process kill itself at that moment, as an operator's SIGKILL would: nothing is flushed or closed."""
    module, _, path = doom.target.partition(":")
    *parents, name = path.split(".")
    owner: Any = functools.reduce(getattr, parents, importlib.import_module(module))
    original = getattr(owner, name)
    calls = itertools.count(1)

    @functools.wraps(original)
    def doomed(*args: Any, **kwargs: Any) -> Any:
        is_the_one = next(calls) == doom.nth
        if is_the_one and doom.when == "before":
            _die()
        answer = original(*args, **kwargs)
        if is_the_one:
            _die()
        return answer

    setattr(owner, name, doomed)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
