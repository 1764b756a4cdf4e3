"""What records are grouped by in an analysis (section 12.4 of the reference): `x`, a field or a part of a date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.dialects.search.parameters import Asker
from colonnade.errors import Invalid
from colonnade.http.parameters import one, wrong
from colonnade.query.schema import Field
from colonnade.query.tree import Call, Expr, FieldRef, IsNull, Named
from colonnade.query.types import DATES

MOST_AXES = 20

_LEVELS = ("year", "month", "day", "hour", "minute")
PARTS = frozenset({*_LEVELS, "second", "weekday", "yearday"})
"""Parts of a date. A weekday is 0 on Monday."""

_PERIODIC: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("month", "month"): ("month",),
    ("day", "day"): ("day",),
    ("day", "weekday"): ("weekday",),
    ("day", "month"): ("yearday",),
    ("hour", "weekday"): ("weekday", "hour"),
    ("hour", "hour"): ("hour",),
    **{("", part): (part,) for part in (*_LEVELS[1:], "weekday", "yearday")},
}
"""By precision and periodic: which parts of dates come again and again."""


@dataclass(frozen=True)
class Axis:
    """A field, or a part of its dates. `written`: as it was asked for; `key`: its name in the answer of the core."""

    field: Field
    part: str | None
    written: str
    key: str

    @property
    def named(self) -> Named:
        reference = FieldRef(self.field.name)
        expr: Expr = reference if self.part is None else Call(self.part, (reference,))
        return Named(expr, self.key, is_alias=True)

    @property
    def is_known(self) -> Expr:
        return IsNull(FieldRef(self.field.name), negated=True)


def axes_of(asker: Asker) -> list[Axis]:
    """The axes that the parameters name, in their order. Raises `Invalid`."""
    names = [name for name in asker.request.query_params.getlist("x") if name.strip()]
    written = [
        (name, field, part) for name in dict.fromkeys(names) for field, part in _read(asker, name.strip())
    ]
    if len(written) > MOST_AXES:
        raise wrong("x", f"{len(written)} fields and parts of dates", f"at most {MOST_AXES}")
    return [Axis(field, part, name, f"x {at}") for at, (name, field, part) in enumerate(written)]


def x_of(axes: Sequence[Axis], row: Mapping[str, Any]) -> Any:
    """A group's place, of a printed row: a value, an object of parts for dates, and by field if there are several."""
    found: dict[str, Any] = {}
    for axis in axes:
        if axis.part is None:
            found[axis.field.name] = row[axis.key]
        else:
            found.setdefault(axis.field.name, {})[axis.part] = row[axis.key]
    return next(iter(found.values())) if len(found) == 1 else found


def _read(asker: Asker, name: str) -> list[tuple[Field, str | None]]:
    field = asker.schema.get(name)
    if field is not None:
        return [(field, part) for part in (_parts(asker) if field.type in DATES else (None,))]
    bare, _, part = name.rpartition(".")
    field = asker.schema.get(bare)
    if field is None:
        raise Invalid(f"Unknown field: {name}. (parameter x)", code="parameter.invalid")
    if part not in PARTS or field.type not in DATES:
        raise wrong("x", name, f"a field, or a date with one of {' '.join(sorted(PARTS))}")
    return [(field, part)]


def _parts(asker: Asker) -> tuple[str | None, ...]:
    """Of dates whose parts are not named in `x`."""
    precision, periodic = (one(asker.request, name) or "" for name in ("precision", "periodic"))
    if periodic in {"", "year"}:
        if precision and precision not in _LEVELS:
            raise wrong("precision", precision, f"one of {' '.join(_LEVELS)}")
        return _LEVELS[: _LEVELS.index(precision) + 1] if precision else (None,)
    found = _PERIODIC.get((precision, periodic)) or _PERIODIC.get(("", periodic))
    if found is None:
        raise wrong("periodic", periodic, "one of year month day weekday hour minute yearday")
    return found
