"""Blobs as files of a folder: `ab/abcdef...`, written aside and renamed into place."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from colonnade.disk import link_or_copy, sync
from colonnade.errors import LimitReached, NotFound
from colonnade.files.port import Blob

CHUNK = 1 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")


class DiskBlobs:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, content: IO[bytes], *, limit: int) -> Blob:
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as aside:
            path = Path(aside.name)
            try:
                blob = _copy(content, aside, limit)
                aside.flush()
                os.fsync(aside.fileno())
                target = self._path(blob.digest)
                target.parent.mkdir(exist_ok=True)
                path.replace(target)
                sync(target.parent)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return blob

    def open(self, digest: str) -> IO[bytes]:
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise NotFound("This file is not stored here.", code="blob.unknown") from None

    @contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        self.open(digest).close()
        yield self._path(digest)

    def remove(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def copy(self, digest: str, root: Path) -> None:
        target = root / digest[:2] / digest
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.local(digest) as path:
            link_or_copy(path, target)

    def clear_interrupted(self) -> None:
        for path in self._incoming.iterdir():
            path.unlink()

    def digests(self) -> Iterator[str]:
        for folder in self._root.iterdir():
            if folder != self._incoming and folder.is_dir():
                yield from (path.name for path in folder.iterdir())

    def check(self, digest: str) -> list[str]:
        found = hashlib.sha256()
        try:
            with self.open(digest) as content:
                while chunk := content.read(CHUNK):
                    found.update(chunk)
        except NotFound:
            return [f"blob {digest}: missing"]
        except OSError as error:
            return [f"blob {digest}: cannot be read ({error.strerror})"]
        right = found.hexdigest() == digest
        return [] if right else [f"blob {digest}: its content has the SHA-256 {found.hexdigest()}"]

    def _path(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise NotFound("This file is not stored here.", code="blob.unknown")
        return self._root / digest[:2] / digest


def _copy(content: IO[bytes], aside: IO[bytes], limit: int) -> Blob:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise LimitReached(
                f"The file is larger than {limit} bytes.", limit_type="upload_bytes", limit=limit, value=size
            )
        digest.update(chunk)
        aside.write(chunk)
    return Blob(digest.hexdigest(), size)
