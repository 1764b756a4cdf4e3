"""Processors beside what Python makes of the same cells."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.builder.support import Bench, processor

_CELL = st.text(st.sampled_from("ab ;,é-\n'\"\\{}%"), max_size=8)
_CELLS = st.lists(_CELL, min_size=1, max_size=20)
_FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _rows(cells: Sequence[str]) -> list[dict[str, str | None]]:
    return [{"a": cell, "n": "1"} for cell in cells]


@_FEW
@given(cells=_CELLS, old=st.text("ab;é\n'\"", min_size=1, max_size=2), new=_CELL)
def test_string_replace_is_pythons_replace(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], old: str, new: str
) -> None:
    bench = Bench(tmp_path_factory.mktemp("replace"))
    found = bench.processed(_rows(cells), processor("string_replace", field="a", old=old, new=new))
    assert [one["a"] for one in found] == [cell.replace(old, new) or None for cell in cells]


@_FEW
@given(cells=_CELLS, separator=st.sampled_from([";", ", ", "a", "'"]), index=st.integers(1, 4))
def test_split_is_pythons_split(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], separator: str, index: int
) -> None:
    bench = Bench(tmp_path_factory.mktemp("split"))
    step = processor("split", field="a", separator=separator, index=index, output_field="b")
    pieces = [(cell.split(separator) + [""] * index)[index - 1] or None for cell in cells]
    assert [one["b"] for one in bench.processed(_rows(cells), step)] == pieces


@_FEW
@given(pairs=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=20), separator=_CELL)
def test_concat_is_pythons_join(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], separator: str
) -> None:
    bench = Bench(tmp_path_factory.mktemp("concat"))
    step = processor("concat", separator=separator, left_value="a", right_value="b", output_field="c")
    found = bench.processed([{"a": a, "b": b, "n": "1"} for a, b in pairs], step)
    assert [one["c"] for one in found] == [separator.join(filter(None, pair)) or None for pair in pairs]


@_FEW
@given(cells=_CELLS, value=st.text("ab;", min_size=1, max_size=2), is_exact=st.booleans(), keep=st.booleans())
def test_skip_record_drops_what_python_finds(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[str],
    value: str,
    is_exact: bool,
    keep: bool,
) -> None:
    bench = Bench(tmp_path_factory.mktemp("skip"))
    step = processor("skip_record", field="a", value=value, exact_match=is_exact, keep=keep)
    matching = [value == cell if is_exact else value in cell for cell in cells]
    assert [one["a"] for one in bench.processed(_rows(cells), step)] == [
        cell or None for cell, matches in zip(cells, matching, strict=True) if matches == keep
    ]


@_FEW
@example(moments=[dt.datetime(2068, 12, 31, 23, 59, 59)], form="%d/%m/%y %H:%M:%S")
@given(
    moments=st.lists(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2068, 1, 1)), min_size=1, max_size=20),
    form=st.sampled_from(
        [
            "%d/%m/%Y",
            "%A %d %B %Y %I:%M %p",
            "%a, %d %b %y %H:%M:%S.%f",
            "%Y%m%d%H%M%S",
            "%Y %j %H",
            "%Y week %W day %w",
            "%Y %U %w",
            "100%% %m-%Y",
        ]
    ),
)
def test_date_normalizer_reads_what_python_reads(
    tmp_path_factory: pytest.TempPathFactory, moments: list[dt.datetime], form: str
) -> None:
    bench = Bench(tmp_path_factory.mktemp("dates"))
    cells = [one.strftime(form) for one in moments]
    found = bench.processed(_rows(cells), processor("date_normalizer", field="a", date_format=form))
    is_day = not any(one in form for one in ("%H", "%I"))
    assert [one["a"] and dt.datetime.fromisoformat(one["a"]) for one in found] == [
        dt.datetime.strptime(cell, form) for cell in cells
    ]
    assert all(len(one["a"] or "") == 10 for one in found) == is_day
