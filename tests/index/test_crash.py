"""A process that dies while it writes."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.index.support import REF, changes, found, make

from colonnade.index.port import IndexBrokenError
from colonnade.index.tantivy_store import TantivyStore

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from tests.index.support import REF, changes
from colonnade.index.tantivy_store import TantivyStore

store = TantivyStore(Path(sys.argv[1]))
counter = store.searcher(REF).mark.counter
while True:
    counter += 1
    store.apply(REF, changes(counter, {counter: ("one", None)}))
    print(counter, flush=True)
"""


def _writer(root: Path) -> subprocess.Popen[str]:
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    command = [sys.executable, "-c", WRITER, str(root)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def _write_until_killed(root: Path, commits: int) -> int:
    """The last counter that the writer said it had taken up."""
    with _writer(root) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(commits)]
        process.kill()
        said += [int(line) for line in process.stdout.read().split()]
    return said[-1]


@pytest.mark.parametrize("commits", [1, 7, 20])
def test_a_killed_writer_leaves_a_state_that_was_and_no_lock(tmp_path: Path, commits: int) -> None:
    """Not always the last one: the rows know what came after it (`tests/core/test_rowstore.py`)."""
    first = TantivyStore(tmp_path)
    make(first, {})
    first.close()
    acknowledged = _write_until_killed(tmp_path, commits)
    store = TantivyStore(tmp_path)
    searcher = store.searcher(REF)
    assert 1 <= searcher.mark.counter <= acknowledged + 1
    assert found(store, "one") == list(range(1, searcher.mark.counter + 1))
    store.close()
    assert _write_until_killed(tmp_path, 1) > searcher.mark.counter


def test_a_second_process_that_writes_is_refused(tmp_path: Path) -> None:
    store = TantivyStore(tmp_path)
    make(store, {})
    with _writer(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(IndexBrokenError, match=r"[Ll]ock"):
            store.apply(REF, changes(1, {}))
        process.kill()
    store.close()
