"""How much of a dataset an actor sees: a pure decision (Automation 1.0, section 3.5 of its reference)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from colonnade.core.counting import Quota, Unit
from colonnade.core.work import Actor
from colonnade.errors import Invalid
from colonnade.query import odsql
from colonnade.query.schema import Schema

SEE_ALL = "explore_restricted_dataset"


@dataclass(frozen=True)
class Security:
    """What a ruleset lets its holder see. `visible_fields` None: all of them. `filter_query`: ODSQL, empty: no filter."""

    is_data_visible: bool = True
    visible_fields: tuple[str, ...] | None = None
    filter_query: str = ""
    api_calls_quota: Mapping[str, Any] | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        fields = value.get("visible_fields")
        return cls(
            is_data_visible=value.get("is_data_visible", True),
            # Older clients write ["*"] for all fields.
            visible_fields=None if fields is None or "*" in fields else tuple(fields),
            filter_query=value.get("filter_query") or "",
            api_calls_quota=value.get("api_calls_quota"),
        )

    @property
    def quota(self) -> Quota | None:
        quota = self.api_calls_quota
        return None if quota is None else Quota(quota["limit"], Unit(quota["unit"]))

    def to_json(self) -> dict[str, Any]:
        return {
            "is_data_visible": self.is_data_visible,
            "visible_fields": None if self.visible_fields is None else list(self.visible_fields),
            "filter_query": self.filter_query,
            "api_calls_quota": self.api_calls_quota,
        }


def checked(value: Security, *, at: str) -> Security:
    """Refuse a filter that does not parse when it is written, not when it is needed. Raises `Invalid`. `at`: where the
    security stands in the body."""
    if value.filter_query:
        try:
            odsql.parse_where(value.filter_query)
        except Invalid as error:
            raise Invalid(error.message, fields={f"{at}.filter_query": [error.message]}) from error
    return value


@dataclass(frozen=True)
class Access:
    """What an actor sees of a dataset's records. `visible_fields` None: all. `filters`: a record is seen if one of
    these ODSQL conditions holds; None: every record is."""

    data_visible: bool
    visible_fields: frozenset[str] | None = None
    filters: tuple[str, ...] | None = None
    quota: Quota | None = None
    """How many calls about the dataset the actor has; None: those of the portal alone."""

    @property
    def shows_all(self) -> bool:
        """Every field of every record."""
        return self.data_visible and self.visible_fields is None and self.filters is None

    def visible(self, whole: Schema) -> Schema:
        """Those of a table's fields that the actor may see."""
        if not self.data_visible:
            return whole.only(())
        return whole if self.visible_fields is None else whole.only(sorted(self.visible_fields))


FULL = Access(data_visible=True)


@dataclass(frozen=True)
class Rules:
    """The rulesets of one dataset that an actor holds, own and by groups, as values."""

    securities: Sequence[Security] = ()
    permissions: frozenset[str] = frozenset()


def access(actor: Actor, *, is_restricted: bool, default: Security, rules: Rules) -> Access | None:
    """What the actor sees; None: not even that the dataset exists."""
    if actor.may(SEE_ALL) or (SEE_ALL in rules.permissions and actor.key_allows(SEE_ALL)):
        return FULL
    if rules.securities:
        return _union(rules.securities)
    return None if is_restricted else _union((default,))


def decided(
    actor: Actor,
    is_restricted: bool,
    default: Mapping[str, Any],
    held: Sequence[tuple[Mapping[str, Any], Sequence[str]]],
) -> Access | None:
    """The same for what is kept of a dataset: `default`, a security, and of each ruleset that the actor `held` security and
    permissions."""
    return access(
        actor,
        is_restricted=is_restricted,
        default=Security.from_json(default),
        rules=Rules(
            securities=[Security.from_json(one) for one, _ in held],
            permissions=frozenset(name for _, names in held for name in names),
        ),
    )


def shared(securities: Sequence[Security]) -> Access:
    """What every one of these lets its holder see: what may be told to whoever knows of the dataset."""
    fields = [frozenset(one.visible_fields) for one in securities if one.visible_fields is not None]
    return Access(
        data_visible=all(one.is_data_visible for one in securities),
        visible_fields=frozenset.intersection(*fields) if fields else None,
        filters=tuple(one.filter_query for one in securities if one.filter_query) or None,
    )


def _most_generous(securities: Sequence[Security]) -> Quota | None:
    """None if any of them sets no bound."""
    quotas = [one.quota for one in securities if one.quota is not None]
    return max(quotas, key=lambda one: one.rate) if len(quotas) == len(securities) else None


def _union(securities: Sequence[Security]) -> Access:
    quota = _most_generous(securities)
    shown = [one for one in securities if one.is_data_visible]
    if not shown:
        return Access(data_visible=False, quota=quota)
    fields = [one.visible_fields for one in shown]
    filters = [one.filter_query for one in shown]
    return Access(
        data_visible=True,
        visible_fields=(
            None
            if any(names is None for names in fields)
            else frozenset(name for names in fields for name in names or ())
        ),
        filters=None if not all(filters) else tuple(dict.fromkeys(filters)),
        quota=quota,
    )
