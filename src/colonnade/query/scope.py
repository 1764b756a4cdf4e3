"""What an expression may name, and where and when its dates are read."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from colonnade.query.malformed import malformed
from colonnade.query.schema import Schema
from colonnade.query.tree import Expr, FieldRef
from colonnade.query.types import SYSTEM_TYPES, Typed, field_type, type_of


@dataclass(frozen=True, slots=True)
class Scope:
    """`fields` and, of the system columns, those in `system`.

    `zone`: where dates without an offset are read and where days are cut. `language`: of the names of days and
    months. `moment`: what `now()` is, with an offset.
    """

    fields: Schema
    system: frozenset[str]
    zone: dt.tzinfo
    moment: dt.datetime
    language: str = "en"

    @property
    def zone_name(self) -> str | None:
        """The zone as engines know it; None for UTC, in which rows are stored."""
        if isinstance(self.zone, ZoneInfo) and self.zone.key not in {"UTC", "Etc/UTC"}:
            return self.zone.key
        return None

    def typed(self, reference: FieldRef, clause: str) -> Typed:
        """The type of a field. Raises `Invalid` for one that is not in scope."""
        return self.named(reference.name, clause)

    def named(self, name: str, clause: str) -> Typed:
        found = self.fields.get(name)
        if found is not None:
            return field_type(found)
        if name in self.system:
            return Typed(SYSTEM_TYPES[name])
        raise malformed(clause, f"Unknown field: {name}.")

    def type_of(self, expr: Expr) -> Typed | None:
        """The type of a bound value; None for the literal null."""
        return type_of(expr, self.fields)
