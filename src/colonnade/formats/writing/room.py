"""Room on the disk for a file that is finished before its first byte goes out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colonnade.errors import LimitReached

PIECE = 256 << 10
"""Bytes of a file that go out at once."""


@dataclass(frozen=True)
class Room:
    """`scratch`: where folders are made. `most_bytes`: what one file may take there while it is made."""

    scratch: Path
    most_bytes: int


@dataclass(frozen=True)
class Folder:
    path: Path
    most_bytes: int

    def check(self) -> None:
        """Raises `LimitReached` if there is too much in it."""
        size = sum(one.stat().st_size for one in self.path.rglob("*") if one.is_file())
        if size > self.most_bytes:
            raise LimitReached(
                f"This file takes more than {self.most_bytes} bytes of the disk; ask for fewer records or fields.",
                limit_type="export",
                limit=self.most_bytes,
                value=size,
            )


@contextmanager
def opened(room: Room) -> Iterator[Folder]:
    """A new folder, which is gone at the end of the block."""
    with tempfile.TemporaryDirectory(dir=room.scratch, prefix="export-") as path:
        yield Folder(Path(path), room.most_bytes)


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
