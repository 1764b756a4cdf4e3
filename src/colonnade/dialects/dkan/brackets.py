"""Names with brackets, as PHP reads them: `body[und][0][value]=x`, `fields[]=a` (section 3 of the reference)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from colonnade.errors import Invalid
from colonnade.http.bodies import DEEPEST

_KEYS = re.compile(r"\[([^\]]*)\]")
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


@dataclass
class _Array:
    """An array of PHP: keys in the order in which they came; `next`: what an empty one means."""

    items: dict[str | int, Any] = field(default_factory=dict)
    next: int = 0


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What pairs of names and values mean together. Keys that count from 0 make a list. Raises `Invalid` for more than
    `DEEPEST` brackets."""
    array = _Array()
    for name, value in pairs:
        path = _path(name)
        if path:
            _put(array, path, value)
    return {str(key): _plain(value) for key, value in array.items.items()}


def _path(name: str) -> list[str]:
    """The keys of a name; an empty one means the next number. What follows a bracket and is none is ignored; dots and
    spaces before the first are underscores."""
    name = name.lstrip(" ").partition("\0")[0]
    first, bracket, rest = name.partition("[")
    if not bracket or not first or "]" not in rest:
        return [re.sub(r"[. \[]", "_", name)] if name and first else []
    keys, at = [re.sub(r"[. ]", "_", first)], len(first)
    while found := _KEYS.match(name, at):
        keys.append(found[1].strip(" ") if found[1].isspace() else found[1])
        at = found.end()
    if len(keys) > DEEPEST:
        raise Invalid(f"A name has at most {DEEPEST - 1} brackets: {first}[...", code="form.deep")
    return keys


def _put(array: _Array, path: list[str], value: str) -> None:
    *parents, last = path
    for one in parents:
        key = _key(array, one)
        child = array.items.get(key)
        if not isinstance(child, _Array):
            child = array.items[key] = _Array()
        array = child
    array.items[_key(array, last)] = value


def _key(array: _Array, text: str) -> str | int:
    if text and not _NUMBER.fullmatch(text):
        return text
    key = int(text) if text else array.next
    array.next = max(array.next, key + 1)
    return key


def _plain(value: Any) -> Any:
    if not isinstance(value, _Array):
        return value
    if list(value.items) == list(range(len(value.items))):
        return [_plain(one) for one in value.items.values()]
    return {str(key): _plain(one) for key, one in value.items.items()}
