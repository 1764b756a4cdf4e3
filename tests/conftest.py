"""A house: a portal that the tests of a file share. Where its builds happen, and in which order tests run."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.support import founding, running
from tests.support.house import House, opened
from tests.support.inside import built_inside

# The same examples in every run, so that whoever changes a line does not meet a fault of another; and no clock, for
# these machines are noisy. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Modules and tests are there until the end: looking for garbage among them takes an eighth of a run.
gc.disable()
running.keep_files_in_memory()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    running.import_in_turn(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _founding(tmp_path_factory: pytest.TempPathFactory) -> None:
    founding.keep_in(tmp_path_factory.mktemp("founded"))


BUILT_INSIDE = ("core", "dialects", "feeds", "upkeep", "web")
"""Folders of tests for which a build is a means; `builds_apart` marks a file in them that is about a build's process."""


@pytest.fixture(scope="module", autouse=True)
def _builds(request: pytest.FixtureRequest) -> Iterator[None]:
    if _folder(request.path) not in BUILT_INSIDE or request.node.get_closest_marker("builds_apart"):
        yield
        return
    with built_inside():
        yield


def _folder(path: Path) -> str:
    return path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal for the tests of one file. One at a time: DBOS keeps one instance a process."""
    with opened(tmp_path_factory.mktemp("house")) as one:
        yield one


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: a gzip file holds the time of its making, and workers have to agree on all names."""
    return argname if isinstance(val, bytes) else None


SLOWEST = ("journeys", "upkeep", "http", "docs", "builder", "core")
"""Folders whose files are begun first, so that none of the long ones is alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of the slowest folders come first, of the others those with many tests."""
    sizes = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[int, int]:
        folder = _folder(item.path)
        if folder in SLOWEST:
            return SLOWEST.index(folder), 0
        return len(SLOWEST), -sizes[item.path]

    items.sort(key=place)
