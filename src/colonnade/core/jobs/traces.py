"""Where in the program an error came from, without what is the machine's own."""

import traceback
from collections.abc import Iterator
from pathlib import PurePath

_PACKAGE = "colonnade"
_MAX_FRAMES = 30


def told(error: BaseException) -> str:
    """The error, and the program's own places that it went through, the innermost last."""
    return "\n".join((*_lines(error), f"{type(error).__name__}: {error}"))


def _lines(error: BaseException) -> Iterator[str]:
    if error.__cause__ is not None:
        yield told(error.__cause__)
        yield "which caused"
    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-_MAX_FRAMES:]:
        parts = PurePath(frame.filename).parts
        if _PACKAGE in parts:
            place = PurePath(*parts[len(parts) - 1 - parts[::-1].index(_PACKAGE) :])
            yield f"  {place}, line {frame.lineno}, in {frame.name}"
