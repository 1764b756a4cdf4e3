"""The annotations of fields, and the arguments that each of them takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from colonnade.builder.steps.parameters import MAX_CHARACTERS

ID = "id"
"""The field is part of the record's key."""
MULTIVALUED = "multivalued"
"""The field holds several texts; its argument stands between them."""
MAX_DECIMALS = 20

_Args = Sequence[str | int]


def _nothing(args: _Args) -> None:
    if args:
        raise ValueError("This annotation takes no arguments.")


def _one_of(*choices: str) -> Callable[[_Args], None]:
    def check(args: _Args) -> None:
        if len(args) != 1 or args[0] not in choices:
            raise ValueError(f"This annotation takes one argument: {', '.join(choices)}.")

    return check


def _text(noun: str) -> Callable[[_Args], None]:
    def check(args: _Args) -> None:
        if len(args) != 1 or not isinstance(args[0], str) or not args[0]:
            raise ValueError(f"This annotation takes one argument: {noun}.")

    return check


def _decimals(args: _Args) -> None:
    number = args[0] if len(args) == 1 else None
    if not isinstance(number, int) or not 0 <= number <= MAX_DECIMALS:
        raise ValueError(f"This annotation takes one argument: a whole number up to {MAX_DECIMALS}.")


ANNOTATIONS: Mapping[str, Callable[[_Args], None]] = {
    ID: _nothing,
    "timeserie_precision": _one_of("year", "month", "day", "hour", "minute"),
    "unit": _text("a unit"),
    "decimals": _decimals,
    "sortable": _nothing,
    MULTIVALUED: _text("the separator of the values"),
    "hierarchical": _text("the separator of the levels"),
    "facet": _nothing,
    "facetsort": _one_of("count", "-count", "alphanum", "-alphanum", "num", "-num"),
    "disjunctive": _nothing,
    "timerangeFilter": _nothing,
}
"""By annotation, what raises `ValueError` for arguments that it does not take."""


def arguments(value: Any) -> list[str | int]:
    """Raises `ValueError` for what is no list of texts and whole numbers."""
    if any(not isinstance(one, str | int) or isinstance(one, bool) for one in value):
        raise ValueError("The arguments must be texts and whole numbers.")
    if any(isinstance(one, str) and (len(one) > MAX_CHARACTERS or "\0" in one) for one in value):
        raise ValueError("An argument is no text that a field can have.")
    return list(value)
