"""What stands in the raw column beside a lenient field, so that every cell comes back as it was sent.

| value column | raw column | the cell |
|---|---|---|
| null | null | the empty text |
| a value | null | the text that is printed of it |
| any | a text | that text |
| any | `MARK` and JSON | that JSON value: a number, true, false, null, a list, an object |
| null | `MARK` alone | none: the row of its file was too short |

A text that itself begins with `MARK` is kept as JSON. Words are searched in all of these but null and none.
"""

import datetime as dt
import json
import math
import re
from typing import Any, Final

import orjson

MARK: Final = "\x01"
NULL: Final = MARK + "null"
_SHORT_NUMBER: Final = re.compile(MARK + r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,14})?", re.ASCII)
ABSENT: Final = MARK


def kept(sent: Any) -> tuple[str | None, str | None]:
    """A JSON value that was sent, as a field of texts keeps it: its text, None where there is nothing to read; and what
    stands beside it."""
    if isinstance(sent, str):
        return sent or None, MARK + as_json(sent) if sent[:1] == MARK else None
    if sent is None:
        return None, NULL
    if type(sent) is int:  # many of them: as JSON has it, but quickly
        text = str(sent)
        return text, MARK + text
    text = float.__repr__(sent) if type(sent) is float and math.isfinite(sent) else as_json(sent)
    return text.removesuffix(".0") if isinstance(sent, float) else text, MARK + text


def came(printed: str | None, raw: str | None) -> Any:
    """The JSON value that was sent. `printed`: of the value column. An absent cell is None."""
    if raw is None:
        return printed or ""
    if not raw.startswith(MARK):
        return raw
    if raw == ABSENT:
        return None
    # Many of them: orjson is quick, and would read a longer number as a nearby one.
    return orjson.loads(raw[1:]) if _SHORT_NUMBER.fullmatch(raw) else json.loads(raw[1:])


_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def as_json(value: Any) -> str:
    return _AS_JSON(value)


def printed(value: Any) -> str | None:
    """The text that the engine prints of a value (`engine.layout.printed`)."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value).removesuffix(".0")
        case dt.datetime() | dt.time():
            return _moment(value)
        case dt.date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return as_json(value)


def _moment(value: dt.datetime | dt.time) -> str:
    text = value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    return text.rstrip("0") if value.microsecond else text
