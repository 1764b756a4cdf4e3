"""Modules that are not there, known at once.

DuckDB tries to import pandas anew for every single value that it is given, and searching the whole path for it takes
0.1 ms each time: 0.4 s for a condition of 4,000 terms.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from types import ModuleType

_ASKED = "pandas"


class _Absent(MetaPathFinder):
    """Asked before all others."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == _ASKED:
            raise ModuleNotFoundError(f"No module named {_ASKED!r}", name=_ASKED)


def remember() -> None:
    """From here on, an import of pandas fails at once if it is not installed now."""
    if any(isinstance(one, _Absent) for one in sys.meta_path) or find_spec(_ASKED) is not None:
        return
    sys.meta_path.insert(0, _Absent())
