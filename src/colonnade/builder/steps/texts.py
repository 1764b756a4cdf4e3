"""Processors of texts, and the one that skips rows.

An empty text is an empty cell. No cell grows beyond the job's bound for cells: where one would, the step leaves it as
it was and tells so.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from colonnade.builder.job import Limits
from colonnade.builder.steps import patterns
from colonnade.builder.steps.sheet import Failure, Sheet
from colonnade.engine.layout import literal


def string_replace(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    old, new = params["old"], params["new"]
    sizes = len(old.encode()), len(new.encode())

    def replaced(cell: str) -> str:
        return f"replace({cell}, {literal(old)}, {literal(new)})"

    def most(cell: str) -> str:
        found = f"(strlen({cell}) - strlen(replace({cell}, {literal(old)}, ''))) // {sizes[0]}"
        return f"strlen({cell}) + {found} * {sizes[1] - sizes[0]}"

    factor = 1 if sizes[1] <= sizes[0] else 1 + sizes[1] // sizes[0]
    _rewrite(sheet, _chosen(sheet, params), replaced, most, factor, limits)


def regexp_replace(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    pattern = patterns.pattern_of(params)
    by = patterns.replacement(pattern, params["new"])
    size = len(by.rewrite.encode())
    expression = literal(pattern.re2)

    def replaced(cell: str) -> str:
        return f"regexp_replace({cell}, {expression}, {literal(by.rewrite)}, 'g')"

    def most(cell: str) -> str:
        matches = f"len(regexp_extract_all({cell}, {expression}))"
        return f"strlen({cell}) * {1 + by.references} + ({matches} + 1) * {size}"

    # An expression may match before, between and after all characters.
    factor = 2 + by.references + size if by.rewrite else 1
    _rewrite(sheet, _chosen(sheet, params), replaced, most, factor, limits)


def _chosen(sheet: Sheet, params: Mapping[str, Any]) -> Iterator[str]:
    if params["all_fields"]:
        yield from [name for name in sheet.columns if sheet.is_text(name)]
    elif params["field"] in sheet.columns:
        yield params["field"]


def _rewrite(
    sheet: Sheet,
    names: Iterator[str],
    rewritten: Callable[[str], str],
    most: Callable[[str], str],
    factor: int,
    limits: Limits,
) -> None:
    """`most`: SQL of the bytes that the result has at most, dear to compute. `factor`: how many times as long as a cell
    its result is at most; then few cells need the other."""
    cells = {name: sheet.cell(name) for name in names}
    failures = []
    for name, cell in cells.items():
        value, fitting = f"nullif({rewritten(cell)}, '')", "true"
        if factor > 1:
            is_short = f"strlen({cell}) < {limits.cell_bytes // factor}"
            fits = f"{most(cell)} <= {limits.cell_bytes}"
            fitting = f"CASE WHEN {is_short} THEN true ELSE {fits} END"
            failures.append(Failure(name, f"NOT {fitting}", cell))
            value = f"CASE WHEN {is_short} THEN {value} WHEN {fits} THEN {value} ELSE {cell} END"
        if sheet.has_values(name):
            sheet.put_each(name, rewritten, fitting)
        else:
            sheet.put(name, value)
    if failures:
        sheet.tell(*failures)


def split(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    cell = sheet.cell(params["field"])
    piece = f"split_part({cell}, {literal(params['separator'])}, {params['index']})"
    sheet.put(params["output_field"], f"nullif({piece}, '')")


def concat(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    """An empty cell is left out, and the separator with it."""
    left, right = sheet.cell(params["left_value"]), sheet.cell(params["right_value"])
    separator = params["separator"]
    size = f"coalesce(strlen({left}), 0) + coalesce(strlen({right}), 0) + {len(separator.encode())}"
    fits = f"{size} <= {limits.cell_bytes}"
    sheet.tell(Failure(params["output_field"], f"NOT ({fits})", f"coalesce({left}, {right})"))
    joined = f"concat_ws({literal(separator)}, {left}, {right})"
    sheet.put(params["output_field"], f"CASE WHEN {fits} THEN nullif({joined}, '') END")


def skip_record(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    cell, value = f"coalesce({sheet.cell(params['field'])}, '')", literal(params["value"])
    matches = f"{cell} = {value}" if params["exact_match"] else f"contains({cell}, {value})"
    sheet.keep(matches if params["keep"] else f"NOT ({matches})")
