"""Parameters as the doors for readers take them: unknown ones are ignored, empty ones are absent."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from colonnade.errors import Invalid
from colonnade.http.edge import portal_of
from colonnade.query.limits import DEFAULT_CAPS, Caps
from colonnade.query.tree import Query
from colonnade.query.zones import named_zone

LANGUAGES = frozenset({"en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv"})
MOST_REFINEMENTS = 200
"""And exclusions, of one request."""
MOST_FACETS = 100
YES_AND_NO: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False}


def one(request: Request, *names: str) -> str | None:
    """A parameter that is sent once, by any of its names."""
    for name in names:
        if value := request.query_params.get(name):
            return value
    return None


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Raises `Invalid`."""
    value = one(request, name)
    if value is None:
        return default
    if value.lower() not in YES_AND_NO:
        raise wrong(name, value, "true or false")
    return YES_AND_NO[value.lower()]


def choice(request: Request, name: str, choices: Sequence[str], default: str) -> str:
    """Raises `Invalid`."""
    value = one(request, name) or default
    if value not in choices:
        raise wrong(name, value, f"one of {' '.join(choices)}")
    return value


def wrong(name: str, found: str, expected: str) -> Invalid:
    return Invalid(
        f"Invalid value for {name} API parameter: {found} was found but {expected} is expected.",
        code="parameter.invalid",
        parameter=name,
    )


def check_number(name: str, found: int, most: int) -> None:
    """Raises `Invalid` where a request has more of a parameter than it may: each is work before any query is stopped."""
    if found > most:
        raise wrong(name, f"a list of {found:,}", f"at most {most:,} in one request")


def caps_of(request: Request) -> Caps:
    """How large pages may be in this portal, and how far they reach."""
    settings = portal_of(request).settings
    groups = settings.max_page_groups
    return Caps(
        default=min(DEFAULT_CAPS.default, settings.max_page_rows, groups),
        rows=settings.max_page_rows,
        reach=settings.max_page_reach,
        groups=groups,
        groups_reach=groups,
    )


def asked_settings(request: Request) -> Query:
    """A query with nothing but the zone and the language that are asked for. Raises `Invalid`."""
    language = one(request, "lang")
    if language is not None and language not in LANGUAGES:
        raise wrong("lang", language, f"one of {' '.join(sorted(LANGUAGES))}")
    return Query(
        zone=named_zone(one(request, "timezone") or "UTC"),
        language=language or portal_of(request).settings.default_language[:2],
    )
