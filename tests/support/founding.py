"""Data folders that were started once: a portal of tests begins as a copy of one, for the tables of a new catalogue and
the password of its first administrator take most of a first start."""

import shutil
from collections.abc import Callable
from pathlib import Path

_shelf: list[Path] = []


def keep_in(folder: Path) -> None:
    """Where the folders are kept, for this process. Until then every portal is founded on its own."""
    _shelf[:] = [folder]


def founded(kind: str, folder: Path, start: Callable[[Path], None]) -> None:
    """Make this data folder a copy of one that was started and closed, unless it is one already. `start`: starts a
    portal in a new folder, with the administrator of `settings`, and closes it."""
    if not _shelf or (folder / "catalogue.sqlite").exists():
        return
    first = _shelf[0] / kind
    if not first.exists():
        start(first)
    shutil.copytree(first, folder, dirs_exist_ok=True)
