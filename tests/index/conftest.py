from collections.abc import Iterator
from pathlib import Path

import pytest

from colonnade.index.tantivy_store import TantivyStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TantivyStore]:
    store = TantivyStore(tmp_path)
    yield store
    store.close()
