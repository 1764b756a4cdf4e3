"""What an expression may name, and where its dates are read."""

import datetime as dt
from dataclasses import dataclass

from colonnade.query.malformed import malformed
from colonnade.query.schema import Schema
from colonnade.query.tree import FieldRef
from colonnade.query.types import SYSTEM_TYPES, Typed, field_type


@dataclass(frozen=True, slots=True)
class Scope:
    """`fields` and, of the system columns, those in `system`. `zone`: of dates without an offset."""

    fields: Schema
    system: frozenset[str]
    zone: dt.tzinfo

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
