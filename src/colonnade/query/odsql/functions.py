"""The functions of ODSQL: what each makes of its arguments."""

from collections.abc import Callable, Mapping, Sequence

from colonnade.query.tree import Aggregate, Expr, FieldRef, Literal, Star, TextMatch


class ArgumentsError(ValueError):
    """The arguments do not fit; the message is a sentence."""


Arguments = Sequence[Expr]
Function = Callable[[Arguments, int], Expr]
"""Makes the node of a call from its arguments and its offset. Raises `ArgumentsError`."""


def _count(arguments: Arguments, at: int) -> Expr:
    if len(arguments) != 1:
        raise ArgumentsError("count() takes one argument, a field or *.")
    (argument,) = arguments
    if isinstance(argument, Star):
        return Aggregate("count", at=at)
    if not isinstance(argument, FieldRef):
        raise ArgumentsError("count() takes a field or *.")
    return Aggregate("count", argument, at=at)


def _search(arguments: Arguments, at: int) -> Expr:
    """`search("text")`, `search(field, field, "text")`, `search(*, "text")`."""
    text = arguments[-1] if arguments else None
    if not isinstance(text, Literal) or not isinstance(text.value, str):
        raise ArgumentsError("search() takes a quoted text as its last argument.")
    places = arguments[:-1]
    if all(isinstance(place, Star) for place in places):
        return TextMatch(text.value, at=at)
    names = tuple(place.name for place in places if isinstance(place, FieldRef))
    if len(names) != len(places):
        raise ArgumentsError("search() takes fields or * before its text.")
    return TextMatch(text.value, names, at=at)


FUNCTIONS: Mapping[str, Function] = {"count": _count, "search": _search}
"""By lower-case name. The grammar's FUNCTION terminal lists the same names."""
