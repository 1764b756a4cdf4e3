"""Stored files: named by their content, whole or not there, and reached by no other name."""

import hashlib
import io
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.errors import LimitReached, NotFound
from colonnade.files.disk import DiskBlobs

CONTENT = b"name,size\na,1\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LIMIT = 1 << 20


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs")


def _files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


class Broken(io.BytesIO):
    """Content that breaks off."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionError("gone")
        return super().read(4)


def test_what_is_put_can_be_read_by_its_digest(blobs: DiskBlobs) -> None:
    blob = blobs.put(io.BytesIO(CONTENT), limit=LIMIT)
    assert (blob.digest, blob.size) == (DIGEST, len(CONTENT))
    with blobs.open(DIGEST) as content:
        assert content.read() == CONTENT
    with blobs.local(DIGEST) as path:
        assert path.read_bytes() == CONTENT
    assert list(blobs.digests()) == [DIGEST]
    assert blobs.check(DIGEST) == []


def test_the_same_content_is_stored_once(blobs: DiskBlobs, tmp_path: Path) -> None:
    for _ in range(3):
        blobs.put(io.BytesIO(CONTENT), limit=LIMIT)
    assert len(_files(tmp_path)) == 1


def test_an_empty_file_is_a_file(blobs: DiskBlobs) -> None:
    blob = blobs.put(io.BytesIO(), limit=LIMIT)
    assert blob.size == 0
    assert blobs.check(blob.digest) == []


def test_a_file_as_large_as_the_limit_is_kept_and_a_larger_one_leaves_nothing(
    blobs: DiskBlobs, tmp_path: Path
) -> None:
    blobs.put(io.BytesIO(b"x" * 3000), limit=3000)
    with pytest.raises(LimitReached) as caught:
        blobs.put(io.BytesIO(b"y" * 3001), limit=3000)
    assert caught.value.facts == {"limit_type": "upload_bytes", "limit": 3000, "value": 3001}
    assert len(_files(tmp_path)) == 1


def test_content_that_breaks_off_leaves_nothing(blobs: DiskBlobs, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        blobs.put(Broken(CONTENT), limit=LIMIT)
    assert _files(tmp_path) == []


def test_what_a_killed_upload_left_is_no_blob_and_goes_at_start(blobs: DiskBlobs, tmp_path: Path) -> None:
    (tmp_path / "blobs" / "incoming" / "half").write_bytes(b"half")
    assert list(blobs.digests()) == []
    blobs.clear_interrupted()
    assert _files(tmp_path) == []


def test_what_was_removed_is_gone_and_can_be_removed_again(blobs: DiskBlobs) -> None:
    blobs.put(io.BytesIO(CONTENT), limit=LIMIT)
    for _ in range(2):
        blobs.remove(DIGEST)
    with pytest.raises(NotFound):
        blobs.open(DIGEST)
    with pytest.raises(NotFound), blobs.local(DIGEST):
        pass
    assert list(blobs.digests()) == []


def test_who_reads_goes_on_reading_what_is_removed(blobs: DiskBlobs) -> None:
    blobs.put(io.BytesIO(CONTENT), limit=LIMIT)
    with blobs.open(DIGEST) as content:
        blobs.remove(DIGEST)
        assert content.read() == CONTENT


def test_a_check_finds_what_is_missing_and_what_was_changed(blobs: DiskBlobs) -> None:
    assert blobs.check(DIGEST) == [f"blob {DIGEST}: missing"]
    blobs.put(io.BytesIO(CONTENT), limit=LIMIT)
    with blobs.local(DIGEST) as path:
        path.write_bytes(CONTENT[:-1])
    (problem,) = blobs.check(DIGEST)
    assert DIGEST in problem
    assert hashlib.sha256(CONTENT[:-1]).hexdigest() in problem


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "é" * 64,
        "../" + "a" * 61,
        "a" * 64 + "\n",
        "a" * 64 + "\0",
        "incoming",
    ],
)
def test_a_name_that_is_no_digest_reaches_nothing(blobs: DiskBlobs, name: str) -> None:
    for ask in (blobs.open, blobs.remove):
        with pytest.raises(NotFound):
            ask(name)
    assert blobs.check(name) != []


@given(st.text(max_size=80))
def test_no_name_reaches_outside(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    blobs = DiskBlobs(tmp_path_factory.getbasetemp() / "any" / "blobs")
    with pytest.raises(NotFound):
        blobs.open(name)


def test_many_that_put_the_same_at_once_all_have_it(blobs: DiskBlobs, tmp_path: Path) -> None:
    found: list[str] = []

    def put() -> None:
        for _ in range(5):
            found.append(blobs.put(io.BytesIO(CONTENT), limit=LIMIT).digest)
            assert blobs.check(DIGEST) == []

    threads = [threading.Thread(target=put) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [DIGEST] * 30
    assert len(_files(tmp_path)) == 1
