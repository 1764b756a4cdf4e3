"""What travels: a node of another site, made ready to be placed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from colonnade.core.origins.model import Outcome, Problem
from colonnade.core.uploads import StoredFile
from colonnade.moving.said import FileSaid


class Key(NamedTuple):
    """What another thing is called in the ledger; `title` where it may have to be made."""

    key: str
    title: str = ""


@dataclass
class Upload:
    """A file of a resource, or a picture: what is said of it, where it is had, the field that holds it, and, once it came,
    its bytes."""

    said: FileSaid
    address: str | None
    field: str = "field_upload"
    stored: StoredFile | None = None


@dataclass
class Piece:
    """`body`: its fields in the words of its site, without those that point elsewhere. `terms`: names of terms by field.
    `resources`, `datasets`, `groups`: keys of other things, None: nothing is said of them. Times are seconds since 1970.
    `digest`: of all that it says; the same again is not written again. `name`: what its address there ends with.
    `wants_rows`: its file stands in the datastore there. `reading`: how it is read there, as far as that is told."""

    key: str
    kind: str
    uuid: str | None
    title: str
    body: dict[str, Any]
    digest: str
    author: str = ""
    log: str = ""
    created: int | None = None
    changed: int | None = None
    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resources: Sequence[str] | None = None
    datasets: Sequence[str] | None = None
    groups: Sequence[Key] | None = None
    upload: Upload | None = None
    name: str | None = None
    wants_rows: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def number(self) -> int | None:
        """The number that it has there and would best keep."""
        return int(self.key) if self.key.isdecimal() else None


@dataclass
class Parcel:
    """Things that are placed together: a dataset with those of its resources that are new or changed, or one other thing.
    `failed`: what could not be had."""

    main: Piece | None = None
    resources: list[Piece] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)

    @property
    def pieces(self) -> list[Piece]:
        return [*([] if self.main is None else [self.main]), *self.resources]
