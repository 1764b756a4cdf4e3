"""The one error tree. It knows nothing of HTTP: each door decides how a family looks to its clients.

PortalError
├── Unauthenticated   nobody signed in, or a key that is wrong
├── Denied            the actor may see the thing but not do this to it
├── NotFound          there is no such thing, or the actor may not know that there is
├── Conflict          the thing is in a state that forbids this now
├── Invalid           the input is wrong; `fields` says where
├── LimitReached      the input is right but larger than this portal allows
├── QuotaReached      the actor has had all calls that a quota allows for now
└── Unavailable       a part that is needed does not answer, or a deadline passed
"""

import datetime as dt
from collections.abc import Mapping, Sequence


class PortalError(Exception):
    """A failure that a person can be told about.

    `code` is stable and dotted (`dataset.unknown`), `message` is a sentence for people, `facts` holds values
    that a door may need to render its own text.
    """

    default_code = "portal.error"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.facts: Mapping[str, object] = facts

    def __reduce__(self) -> tuple[object, ...]:
        """The error that ends a job is kept with it; by default only the message would be, without the keywords."""
        return _remade, (type(self), self.__dict__)


class Unauthenticated(PortalError):
    default_code = "actor.unknown"


class Denied(PortalError):
    default_code = "actor.denied"


class NotFound(PortalError):
    default_code = "thing.unknown"


class Conflict(PortalError):
    default_code = "thing.conflict"


class Invalid(PortalError):
    """Wrong input. `fields` maps a parameter or field name to what is wrong with it."""

    default_code = "input.invalid"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message, code=code, **facts)
        self.fields: Mapping[str, Sequence[str]] = fields or {}


class LimitReached(PortalError):
    """`limit_type` names the limit, `limit` is its value and `value` what was found."""

    default_code = "limit.reached"

    def __init__(self, message: str, *, limit_type: str, limit: int, value: int) -> None:
        super().__init__(message, limit_type=limit_type, limit=limit, value=value)


class QuotaReached(PortalError):
    """There are `limit` calls in a `unit` of time; the next ones are allowed at `resets_at`, an aware datetime."""

    default_code = "quota.portal"

    def __init__(
        self, message: str, *, code: str | None = None, limit: int, unit: str, resets_at: dt.datetime
    ) -> None:
        super().__init__(message, code=code, limit=limit, unit=unit)
        self.resets_at = resets_at


class Unavailable(PortalError):
    default_code = "part.unavailable"


def _remade(kind: type[PortalError], state: Mapping[str, object]) -> PortalError:
    error = kind.__new__(kind, state["message"])
    error.__dict__.update(state)
    return error
