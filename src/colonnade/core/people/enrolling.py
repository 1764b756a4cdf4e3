"""Many people at once, from a CSV file: all of them or, when a line is wrong, none."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from colonnade.core.people import accounts, mailed, passwords, roles, service
from colonnade.core.people.model import Person
from colonnade.core.people.passwords import Hashed
from colonnade.core.work import Work
from colonnade.errors import Invalid, LimitReached, PortalError

MOST_KEYS = 100
"""That are valid, of those that a person makes."""
COLUMNS = ("email", "first_name", "last_name", "password", "role", "api_key")
"""What a file may tell of each person. Without a first line of these names: the first three, in this order."""


@dataclass(frozen=True)
class Enrolment:
    """A line of the file. `password` None: a link to choose one is mailed. `api_key`: one that the person had elsewhere
    and that is to be valid here."""

    line: int
    email: str
    first_name: str = ""
    last_name: str = ""
    password: Hashed | None = None
    role: str = "user"
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Enrolled:
    """`api_key`: the text of a key that was made for the person, shown this once; None: none was."""

    person: Person
    api_key: str | None = field(repr=False)


def read(text: str) -> list[Enrolment]:
    """Raises `Invalid` that names the line. Takes a while: passwords are hashed."""
    try:
        lines = [(number, cells) for number, cells in _lines(text) if any(cells)]
    except csv.Error as error:
        raise Invalid(f"This is no CSV file: {error}", code="people.file") from error
    names: Sequence[str] = COLUMNS[:3]
    if lines and "email" in (first := [one.lower() for one in lines[0][1]]):
        names = first
        lines = lines[1:]
        unknown = sorted(set(names) - set(COLUMNS) - {""})
        if unknown or len(set(names)) < len(names):
            raise _wrong_columns(
                f"there is no column {unknown[0]!r}" if unknown else "a column is there twice"
            )
    elif lines and (";" in lines[0][1][0] or not any("@" in one for one in lines[0][1])):
        raise _wrong_columns("there is neither an e-mail address nor a column email")
    if not lines:
        raise Invalid("There is nobody in this file.", code="people.file")
    return [_enrolment(number, names, cells) for number, cells in lines]


def enrol(work: Work, enrolments: Iterable[Enrolment], *, makes_keys: bool = False) -> list[Enrolled]:
    """Add them. Raises `Invalid` that names the line. `makes_keys`: each who brings none gets a new one. Who has neither
    key nor password is let in when the mailed link is used."""
    return [_enrolled(work, one, makes_keys=makes_keys) for one in enrolments]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(
        io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), newline=""), strict=True
    )
    for cells in reader:
        yield reader.line_num, [one.strip() for one in cells]


def _enrolment(number: int, names: Sequence[str], cells: Sequence[str]) -> Enrolment:
    if len(cells) > len(names):
        raise _wrong(number, f"There are {len(cells)} cells and {len(names)} columns.")
    given = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    role = given.get("role", "user").lower()
    if role not in roles.ROLES:
        raise _wrong(number, f"There is no role {role}; there are {', '.join(roles.ROLES)}.")
    try:
        password = passwords.chosen(given["password"]) if "password" in given else None
    except Invalid as error:
        raise _wrong(number, error.message) from error
    return Enrolment(
        line=number,
        email=given.get("email", ""),
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        password=password,
        role=role,
        api_key=given.get("api_key"),
    )


def _enrolled(work: Work, one: Enrolment, *, makes_keys: bool) -> Enrolled:
    try:
        person = accounts.add(
            work,
            one.email,
            first_name=one.first_name,
            last_name=one.last_name,
            password=one.password,
            is_active=one.password is not None or one.api_key is not None or makes_keys,
            permissions=roles.ROLES[one.role],
        )
        if one.api_key is not None:
            service.add_key(work, person, label="Brought along", key=one.api_key)
            return Enrolled(person, None)
        return Enrolled(person, make_key(work, person) if makes_keys else None)
    except PortalError as error:
        raise _wrong(one.line, error.message) from error


def make_key(work: Work, person: Person, *, label: str = "First key") -> str:
    """A key in the form that older clients know: 40 hexadecimal characters. Its text is not kept. Raises `LimitReached`."""
    valid = sum(1 for one in service.keys_of(work, person) if one.revoked_at is None)
    if valid >= MOST_KEYS:
        message = f"Nobody has more than {MOST_KEYS} keys. Revoke one that is not used."
        raise LimitReached(message, limit_type="keys", limit=MOST_KEYS, value=valid + 1)
    return service.add_key(work, person, label=label, key=mailed.new_text())[1]


def _wrong_columns(what: str) -> Invalid:
    message = f"Line 1: {what}. The columns are {', '.join(COLUMNS)}, each once, with commas between them."
    return Invalid(message, code="people.file", line=1)


def _wrong(number: int, message: str) -> Invalid:
    return Invalid(f"Line {number}: {message}", code="people.file", line=number)
