"""What may stand in a field of metadata, by its type: each value is checked when it is saved."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from colonnade.core.datasets.templates import FACET_SORTS, INTERFACE_LANGUAGES, LANGUAGES, ValueType
from colonnade.errors import Invalid
from colonnade.query.zones import named_zone

_PLACE = re.compile(r"world(_[a-z]{2})?|[a-z]{2}_[0-9]{1,4}_[A-Za-z0-9.-]{1,64}")

TEXT = "This must be a text."
BLANK = "This may not be blank."
BOOLEAN = "This must be true or false."
NUMBER = "This must be a number."
TEXTS = "This must be a list of texts."
TEXT_OR_TEXTS = "This must be a text or a list of texts."
DATE = "This must be a date, such as 2026-02-06."
DATETIME = "This must be a date and time, such as 2026-02-06T15:09:51Z."
ZONE = "This must be the name of a time zone, such as Europe/Paris."
PLACES = "These must be geographic codes, such as world, world_fr or fr_80_75056."
FIELDS = "This must be an object with a key for each field."
BOOST = "This must be an integer that is not negative."
REQUIRED = "This field is required"


class WrongValueError(ValueError):
    """`problems`: path inside the value, empty for the value itself -> what is wrong there."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def checked(type_: ValueType, value: object) -> Any:
    """The value as it is kept. Null is a value of every type: nothing is said. Raises `WrongValueError`.

    A datetime is kept in UTC (one without an offset is meant so); of a facet, keys that mean nothing are left out;
    everything else stays as it was sent.
    """
    return None if value is None else _CHECKS[type_](value)


def _any(value: object) -> object:
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(TEXT)
    return value


def _line(value: object) -> str:
    text = _text(value)
    if not text.strip():
        raise _wrong(BLANK)
    return text


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(BOOLEAN)
    return value


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(NUMBER)
    return value


def _date(value: object) -> str:
    text = _text(value)
    _moment(text, DATE)
    return text


def _datetime(value: object) -> str:
    found = _moment(_text(value), DATETIME)
    zoned = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found
    try:
        moment = zoned.astimezone(dt.UTC)
    except OverflowError:  # the offset leads out of the years that there are
        raise _wrong(DATETIME) from None
    precision = "auto" if moment.microsecond % 1000 or not moment.microsecond else "milliseconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def _moment(text: str, message: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(message) from None


def _list(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(TEXTS)
    return value


def _text_or_list(value: object) -> str | list[str]:
    if isinstance(value, str):
        return value
    try:
        return _list(value)
    except WrongValueError:
        raise _wrong(TEXT_OR_TEXTS) from None


def _list_of_one_or_more(value: object) -> list[str]:
    found = _text_or_list(value)
    return [found] if isinstance(found, str) else found


def _one_of(choices: Sequence[str], value: object) -> str:
    if value not in choices:
        raise _wrong(f"This must be one of {', '.join(choices)}.")
    return str(value)


def _timezone(value: object) -> str:
    try:
        named_zone(_text(value))
    except Invalid:
        raise _wrong(ZONE) from None
    return str(value)


def _places(value: object) -> list[str]:
    codes = _list(value)
    if not all(_PLACE.fullmatch(one) for one in codes):
        raise _wrong(PLACES)
    return codes


def _facets(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise _wrong("This must be a list of facets.")
    return _each((str(place), one, _facet) for place, one in enumerate(value))


def _facet(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong("This must be an object with a `field_name`.")
    if value.get("field_name") is None:
        raise WrongValueError({"field_name": REQUIRED})
    # Null says nothing, as a key that is left out.
    names = [name for name in _FACET_CHECKS if value.get(name) is not None]
    found = _each((name, value[name], _FACET_CHECKS[name]) for name in names)
    return dict(zip(names, found, strict=True))


def _field_languages(value: object) -> dict[str, Any]:
    return _by_field(value, _interface_languages)


def _interface_languages(value: object) -> list[str]:
    languages = _list(value)
    if not languages:
        raise _wrong("This list must not be empty.")
    return [_one_of(INTERFACE_LANGUAGES, one) for one in languages]


def _field_boosts(value: object) -> dict[str, Any]:
    return _by_field(value, _boost)


def _boost(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(BOOST)
    return value


def _by_field(value: object, check: Callable[[object], Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(FIELDS)
    names = [str(name) for name in value]
    return dict(zip(names, _each((name, one, check) for name, one in value.items()), strict=True))


def _each(items: Iterable[tuple[str, object, Callable[[object], Any]]]) -> list[Any]:
    """Check all of them, so that all that is wrong is told at once."""
    found: list[Any] = []
    problems: dict[str, str] = {}
    for name, one, check in items:
        try:
            found.append(check(one))
        except WrongValueError as error:
            problems |= _below(name, error)
    if problems:
        raise WrongValueError(problems)
    return found


def _below(name: str, error: WrongValueError) -> dict[str, str]:
    return {f"{name}.{path}" if path else name: message for path, message in error.problems.items()}


def _wrong(message: str) -> WrongValueError:
    return WrongValueError({"": message})


_FACET_CHECKS: Mapping[str, Callable[[object], Any]] = {
    "field_name": _line,
    "facetsort": partial(_one_of, FACET_SORTS),
    "disjunctive": _boolean,
    "timerange_filter": _boolean,
}

_CHECKS: Mapping[ValueType, Callable[[object], Any]] = {
    ValueType.TEXT: _text,
    ValueType.LINE: _line,
    ValueType.LONGSTRING: _text,
    ValueType.HTML: _text,
    ValueType.BOOLEAN: _boolean,
    ValueType.DOUBLE: _double,
    ValueType.DATE: _date,
    ValueType.DATETIME: _datetime,
    ValueType.LIST: _list,
    ValueType.TEXT_OR_LIST: _text_or_list,
    ValueType.LIST_OF_ONE_OR_MORE: _list_of_one_or_more,
    ValueType.LANGUAGE: partial(_one_of, LANGUAGES),
    ValueType.TIMEZONE: _timezone,
    ValueType.PLACES: _places,
    ValueType.FACETS: _facets,
    ValueType.FIELD_LANGUAGES: _field_languages,
    ValueType.FIELD_BOOSTS: _field_boosts,
    ValueType.ANY: _any,
}
