"""The blob port. A blob is named by the SHA-256 of its content, so the same file is stored once and can be checked."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """`digest`: 64 hex characters. `size`: bytes."""

    digest: str
    size: int


class BlobStore(Protocol):
    def put(self, content: IO[bytes], *, limit: int) -> Blob:
        """Store a stream without holding it in memory; durable when it returns.
        Raises `LimitReached` past `limit` bytes, and keeps nothing then."""
        ...

    def open(self, digest: str) -> IO[bytes]:
        """Raises `NotFound`."""
        ...

    def local(self, digest: str) -> AbstractContextManager[Path]:
        """A path to read the blob from, valid inside the block. Never written to."""
        ...

    def remove(self, digest: str) -> None: ...

    def copy(self, digest: str, root: Path) -> None:
        """Write a blob into another folder, where a store on disk would look for it. Not made durable.
        Raises `NotFound`."""
        ...

    def clear_interrupted(self) -> None:
        """Remove what interrupted uploads left. Only for when nobody uploads: at start."""
        ...

    def digests(self) -> Iterable[str]: ...

    def check(self, digest: str) -> list[str]:
        """What is wrong with a blob, in sentences; reads all of it."""
        ...
