"""What `*`, `include` and `exclude` in a `select` stand for."""

from collections.abc import Iterable, Iterator, Sequence

from colonnade.query.malformed import malformed
from colonnade.query.scope import Scope
from colonnade.query.tree import Call, Expr, FieldRef, Named, Prefix, Star


def spread(items: Iterable[Named], scope: Scope) -> tuple[Named, ...]:
    """The items, those that stand for fields written out. If nothing but exclusions is selected, they are taken from
    all fields. Raises `Invalid`."""
    listed = tuple(items)
    excluded: set[str] = set()
    kept: list[Named] = []
    for one in listed:
        if _is(one.expr, "exclude"):
            excluded.update(_names(one, scope))
        else:
            kept.append(one)
    if listed and not kept:
        kept = [Named(Star(), "*")]
    found = (field for one in kept for field in _fields(one, scope))
    return tuple(one for one in found if not (isinstance(one.expr, FieldRef) and one.expr.name in excluded))


def _fields(item: Named, scope: Scope) -> Iterator[Named]:
    if isinstance(item.expr, Star):
        yield from (Named(FieldRef(name), name) for name in scope.fields.names)
    elif _is(item.expr, "include"):
        yield from (Named(FieldRef(name), name) for name in _names(item, scope))
    else:
        yield item


def _is(expr: Expr, function: str) -> bool:
    return isinstance(expr, Call) and expr.function == function


def _names(item: Named, scope: Scope) -> Sequence[str]:
    assert isinstance(item.expr, Call)
    function, arguments = item.expr.function, item.expr.arguments
    if item.is_alias:
        raise malformed("select", f"{function}() cannot have an alias.")
    if not arguments:
        raise malformed("select", f"{function}() takes fields, or the beginnings of their names with a *.")
    return [name for one in arguments for name in _named(one, function, scope)]


def _named(argument: Expr, function: str, scope: Scope) -> Iterator[str]:
    match argument:
        case FieldRef(name):
            scope.named(name, "select")
            yield name
        case Prefix(name):
            yield from (one for one in scope.fields.names if one.startswith(name))
        case _:
            raise malformed(
                "select", f"{function}() takes fields, or the beginnings of their names with a *."
            )
