"""What clients send for a field, as a plain list of items: with or without `und`, one or several, keyed or not, or as
forms say it (section 8.1 of the reference)."""

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

UND = "und"
OTHER = "select_or_other"
"""The option of a form that says that the line beside it has the value."""
ENDS = ("value", "value2")
PARTS = frozenset({"date", "time", "timezone"})
"""Of a moment, in forms."""
NOTHING = (None, "", "_none")
"""What forms send for no value."""
_LANGUAGE = re.compile(r"und|[a-z]{2}(-[a-z]{2,4})?")
_IN_BRACKETS = re.compile(r".*\((\d{1,18})\)\s*", re.DOTALL)
_AMERICAN = re.compile(r"^([0-9]{2})/([0-9]{2})/([0-9]{4})")
"""The dates of DKAN's forms: the month comes first."""
_DIGITS = re.compile(r"[0-9]{1,18}")

Item = Any
"""A mapping of an item's keys, or a bare value."""

MOST_CHARACTERS = 100_000
"""Of a text that says several things."""


def items_of(sent: object) -> list[Item]:
    """The items of a field, whatever form they have; what says nothing is left out."""
    inner = _unwrapped(sent)
    if isinstance(inner, Mapping):
        numbered = [(int(key), one) for key, one in inner.items() if _is_digits(key)]
        keyed = sorted(numbered, key=lambda pair: pair[0])
        found = [one for _, one in keyed] if keyed else [inner]
    elif isinstance(inner, Sequence) and not isinstance(inner, str | bytes):
        found = list(inner)
    else:
        found = [inner]
    return [one for one in found if one not in NOTHING and one not in ({}, [])]


def texts_of(item: Item, key: str = "value") -> str | None:
    """The text of an item; None if it has none. Numbers are told as texts."""
    value = item.get(key) if isinstance(item, Mapping) else item
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) and value else None


def plain(item: Item) -> Item:
    """An item as forms send it, as one that has texts: an option with a line beside it for another one (`select`,
    `other`), and the parts of a moment (`date`, `time`)."""
    if not isinstance(item, Mapping):
        return item
    if "select" in item and "value" not in item:
        chosen = item.get("other" if item["select"] == OTHER else "select")
        return {"value": "" if chosen in NOTHING else chosen}
    return {key: _moment(one) if key in ENDS else one for key, one in item.items()}


def is_text(value: object) -> bool:
    """Whether this is a text or nothing; numbers and truths are told as texts."""
    return value is None or isinstance(value, str | int | float) or value in ({}, [])


def number_of(item: Item, key: str) -> int | None:
    """The number that an item has under a key, or is; also as a text, and behind a title in brackets (`Title (5)`)."""
    value = item.get(key) if isinstance(item, Mapping) else item
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    if _DIGITS.fullmatch(text):
        return int(text)
    bracketed = _IN_BRACKETS.fullmatch(text)
    return None if bracketed is None else int(bracketed[1])


def split(item: Item, key: str) -> list[Item]:
    """An item that says several things at once, with commas between (`4,5,6`); a title in brackets may have commas."""
    value = item.get(key) if isinstance(item, Mapping) else item
    if not isinstance(value, str) or "," not in value or "\n" in value or "\r" in value:
        return [item]
    if len(value) > MOST_CHARACTERS:  # the reader's own bound on a part is the process's, and others set it
        return [item]
    return [one for one in next(csv.reader([value], skipinitialspace=True), []) if one.strip()]


def numbers_of(sent: object, key: str) -> list[int | None]:
    """The numbers that a field of references says, in order; None in the place of what is no number."""
    found: list[int | None] = []
    for item in items_of(sent):
        whole = number_of(item, key)
        if whole is not None:
            found.append(whole)
        else:
            found += [number_of(one, key) for one in split(item, key)]
    return found


def und(items: Sequence[Item]) -> Any:
    """Items as answers show them."""
    return {UND: list(items)} if items else []


def _unwrapped(sent: object) -> object:
    """What is said in the one language there is, or in the first of several."""
    if not isinstance(sent, Mapping) or not sent:
        return sent
    if UND in sent:
        return sent[UND]
    first = next(iter(sent))
    if all(isinstance(key, str) and _LANGUAGE.fullmatch(key) for key in sent):
        value = sent[first]
        if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
            return value
    return sent


def _moment(value: object) -> object:
    """The date and the time of a form, one behind the other; anything else as it is."""
    if not isinstance(value, Mapping) or not value or not PARTS.issuperset(value):
        return value
    parts = [value.get(one) for one in ("date", "time")]
    if not all(one is None or isinstance(one, str) for one in parts):
        return value
    day = _AMERICAN.sub(r"\3-\1-\2", " ".join(one for one in parts if one))
    return day.replace(" - ", " ")


def _is_digits(key: object) -> bool:
    return isinstance(key, int) or (isinstance(key, str) and bool(_DIGITS.fullmatch(key)))
