"""What the address of a page asks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from colonnade.errors import Invalid
from colonnade.query.limits import DEFAULT_CAPS

LONGEST_SEARCH = 500
"""Characters of a search text."""
LONGEST_CONDITION = 4_000
"""Characters of an ODSQL condition."""
MOST_REFINEMENTS = 20

_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class PageAsked:
    """`number` counts from 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def text_of(request: Request, name: str, longest: int) -> str:
    """A parameter without blanks around it; empty if it is not sent. Raises `Invalid`."""
    found = request.query_params.get(name, "").strip()
    if len(found) > longest:
        raise _wrong(name, f"may have {longest:,} characters at most")
    return found


def page_of(request: Request, size: int) -> PageAsked:
    """The page that is asked for. Raises `Invalid` for one that nobody can ask for."""
    found = request.query_params.get("page") or "1"
    last = last_page(size)
    if not _NUMBER.fullmatch(found) or not 1 <= int(found) <= last:
        raise _wrong("page", f"is a number from 1 to {last}")
    return PageAsked(int(found), size)


def last_page(size: int) -> int:
    """How far pages reach."""
    return DEFAULT_CAPS.reach // size


def choice(request: Request, name: str, choices: Sequence[str], default: str) -> str:
    found = request.query_params.get(name) or default
    if found not in choices:
        raise _wrong(name, f"is one of {', '.join(choices)}")
    return found


def refinements_of(request: Request, fields: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The values by which each field is refined, as `refine.theme=Water`."""
    found = {
        name: tuple(dict.fromkeys(one for one in request.query_params.getlist(f"refine.{name}") if one))
        for name in fields
    }
    if sum(map(len, found.values())) > MOST_REFINEMENTS:
        raise Invalid(f"There may be {MOST_REFINEMENTS} filters at most.", code="parameter.invalid")
    return found


def _wrong(name: str, expected: str) -> Invalid:
    return Invalid(f"The parameter {name} {expected}.", code="parameter.invalid", parameter=name)
