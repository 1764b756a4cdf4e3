"""Files of at most 400 lines, functions of at most 50."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.support import python_files, relative

FILE_LINES = 400
FUNCTION_LINES = 50

_FIRST = "src/colonnade/db/migrations/versions/0001_first_catalogue.py"

EXCEPTIONS: dict[str, str] = {
    f"{_FIRST}:_people": "a list of columns, never touched again once it has run somewhere",
    f"{_FIRST}:_datasets": "a list of columns, never touched again once it has run somewhere",
}
"""`path` or `path:function`, and why it is longer than it should be."""


@cache
def _too_long() -> dict[str, int]:
    return {name: lines for name, lines, limit in _measured() if lines > limit}


def _measured() -> Iterator[tuple[str, int, int]]:
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        yield relative(path), len(text.splitlines()), FILE_LINES
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{relative(path)}:{node.name}", lines, FUNCTION_LINES


def test_files_and_functions_stay_small() -> None:
    assert {name: lines for name, lines in _too_long().items() if name not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) <= set(_too_long())
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())
