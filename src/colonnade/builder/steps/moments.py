"""Processors of dates and times."""

import re
from collections.abc import Mapping
from typing import Any

from colonnade.builder import typing
from colonnade.builder.job import Limits
from colonnade.builder.steps.sheet import Failure, Sheet
from colonnade.engine.layout import literal
from colonnade.query.schema import FieldType

_OF_A_DAY = re.compile(r"%[HIMSfp]")
_YEARS = "BETWEEN 1000 AND 9999"
"""What four digits of a year say. The engine would take the 17 of `01/02/17` for a `%Y`."""


def date_normalizer(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    """What a file itself says is a date or a moment is one in ISO form already."""
    name, form = params["field"], params["date_format"]
    if name not in sheet.columns:
        return
    declared = sheet.fields.get(name)
    if declared and declared.type in (FieldType.DATE, FieldType.DATETIME):
        return
    cell = sheet.cell(name)
    moment = sheet.aside(f"try_strptime(trim({cell}), {literal(form)})")
    value = f"strftime({moment}, '%Y-%m-%d')"
    if _OF_A_DAY.search(form.replace("%%", "")):
        value = f"replace(CAST({moment} AS VARCHAR), ' ', 'T')"
    fits = f"coalesce(year({moment}) {_YEARS}, false)"
    sheet.tell(Failure(name, f"{cell} IS NOT NULL AND NOT {fits}", cell))
    sheet.put(name, f"CASE WHEN {fits} THEN {value} END")


def set_timezone(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    """The clock's time stays, whatever offset it had; a day begins at midnight."""
    name, zone = params["field"], literal(params["timezone"])
    if name not in sheet.columns:
        return
    cell = sheet.cell(name)
    clock = sheet.aside(
        f"CASE WHEN length({cell}) = 10 THEN CAST(TRY_CAST({cell} AS DATE) AS TIMESTAMP)"
        f" WHEN {typing.is_instant(cell)} THEN TRY_CAST({typing.with_seconds(cell)} AS TIMESTAMP) END"
    )
    seconds = sheet.aside(
        f"CASE WHEN year({clock}) BETWEEN 1 AND 9999"
        f" THEN CAST(epoch({clock}) - epoch(timezone({zone}, {clock})) AS BIGINT) END"
    )
    offset = (
        f"CASE WHEN {seconds} < 0 THEN '-' ELSE '+' END || strftime(to_timestamp(abs({seconds})), '%H:%M')"
    )
    in_utc = f"strftime({clock} - to_seconds({seconds}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    # Before there were zones, towns had offsets of odd seconds, which no ISO form has.
    value = (
        f"CASE WHEN {seconds} % 60 = 0 THEN replace(CAST({clock} AS VARCHAR), ' ', 'T') || {offset}"
        f" WHEN {seconds} IS NOT NULL THEN {in_utc} END"
    )
    sheet.tell(Failure(name, f"{cell} IS NOT NULL AND {seconds} IS NULL", cell))
    sheet.put(name, value)
