"""Every row of the tables that an API is described by has a test that names it: see `rows/`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
APIS = sorted((Path(__file__).parent / "rows").glob("*.txt"))


def _plain(text: str) -> str:
    """Letters and digits with single hyphens between, so that identifiers and names of functions are alike."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _rows(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _named(api: str, tests: Iterable[pytest.Item]) -> Iterator[str]:
    """What the tests name, and every beginning of it: `explore-6-2`, `explore-6-2-delimiter`."""
    for test in tests:
        name = _plain(test.name)
        for found in re.finditer(rf"\b{api}-(?=\d)", name):
            words = name[found.start() :].split("-")
            yield from ("-".join(words[:count]) for count in range(2, len(words) + 1))


def _files(api: str) -> set[Path]:
    """The files with tests in each folder where a test names the API."""
    files = list(TESTS.rglob("test_*.py"))
    naming = re.compile(rf"{api}[-_]\d")
    folders = {one.parent for one in files if naming.search(one.read_text(encoding="utf-8"))}
    return {one for one in files if one.parent in folders}


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.stem) for one in APIS])
def test_every_row_has_a_test(request: pytest.FixtureRequest, rows: Path) -> None:
    tests = request.session.items
    if not _files(rows.stem) <= {one.path for one in tests}:
        pytest.skip("It takes all tests to say which are missing.")
    named = set(_named(rows.stem, tests))
    assert [one for one in _rows(rows) if _plain(one) not in named] == []


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.stem) for one in APIS])
def test_rows_are_told_apart_and_name_their_section(rows: Path) -> None:
    listed = _rows(rows)
    assert len(set(map(_plain, listed))) == len(listed)
    assert all(re.match(rf"{rows.stem}-\d+(\.\d+)?(-|$)", one) for one in listed)
