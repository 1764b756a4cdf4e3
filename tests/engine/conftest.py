from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.support import REF, SCHEMA, SETUPS, Setup, Sizes

from colonnade.engine.port import Engine


@pytest.fixture(params=list(SETUPS))
def setup(request: pytest.FixtureRequest) -> Setup:
    """One way to open an engine; a test that takes it is run on each."""
    return SETUPS[request.param]


@pytest.fixture
def empty(setup: Setup, tmp_path: Path) -> Iterator[Engine]:
    """An engine without any generation."""
    engine = setup.open(tmp_path, Sizes())
    yield engine
    engine.close()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """An engine with the empty generation `REF`."""
    empty.create(REF, SCHEMA)
    return empty
