"""A dataset as documents about it tell of it, and the portal that they come from. What is unknown is None or empty."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Moment = dt.date | dt.datetime
"""A day, or a datetime with its zone."""


class Addresses(Protocol):
    """Where things are, as absolute addresses. The door that makes a document says it."""

    @property
    def site(self) -> str:
        """The address of the portal, without a final slash."""

    def catalogue(self) -> str:
        """The catalogue itself."""

    def home(self) -> str:
        """The portal's front page."""

    def page(self, slug: str) -> str:
        """What people read about a dataset."""

    def dataset(self, slug: str) -> str:
        """What names a dataset in linked data."""

    def export(self, slug: str, format_: str, *, use_labels: bool) -> str: ...

    def attachment(self, slug: str, uid: str) -> str: ...

    def alternative_export(self, slug: str, uid: str) -> str: ...

    def having(self, field_name: str, value: str) -> str:
        """The datasets that have a value, such as all of a publisher."""


@dataclass(frozen=True)
class Site:
    """The portal. `language`: of its title and description; `mail`: whom to write to where a dataset names nobody."""

    title: str
    description: str
    language: str
    addresses: Addresses
    mail: str | None = None


@dataclass(frozen=True)
class Agent:
    """Who publishes or makes data. `address`: names the agent; `type_`: a term of ADMS' publisher types."""

    name: str
    address: str
    type_: str | None = None


@dataclass(frozen=True)
class Contact:
    name: str | None
    mail: str | None


@dataclass(frozen=True)
class Licence:
    """`address`: of its text; at least one of the two is known."""

    name: str | None
    address: str | None


@dataclass(frozen=True)
class Theme:
    """`address`: of the datasets that have it; `codes`: of the data themes of the European Union."""

    name: str
    address: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """Degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Place:
    """`name`, `address` or `box` says where it is; `country`: two letters."""

    name: str | None = None
    address: str | None = None
    box: Box | None = None
    country: str | None = None


@dataclass(frozen=True)
class Period:
    """`text`: as it was written. Without both ends it is a text alone."""

    text: str
    start: Moment | None = None
    end: Moment | None = None


class Kind(StrEnum):
    EXPORT = "export"
    ALTERNATIVE = "alternative_export"
    ATTACHMENT = "attachment"


@dataclass(frozen=True)
class Distribution:
    """`key`: names it in its dataset. `address`: of the file itself; not `is_file`: of a page or an API that leads to the
    data. `file_type`: a term of the European Union's file types; `size`: bytes."""

    key: str
    kind: Kind
    title: str
    address: str
    media_type: str | None = None
    file_type: str | None = None
    description: str | None = None
    size: int | None = None
    is_file: bool = True


class Openness(StrEnum):
    """Who may have the data, in terms of the European Union's access rights: everybody; whoever was given access, while
    everybody knows of it; nobody else even knows of it."""

    PUBLIC = "PUBLIC"
    RESTRICTED = "RESTRICTED"
    NON_PUBLIC = "NON_PUBLIC"


@dataclass(frozen=True)
class ProjectOpenData:
    """What Project Open Data asks for, and DCAT does not; the codes are of federal agencies. `landing_page`: of the
    publisher's own; `dictionary`: an address or a text that says what the columns mean, of the media type
    `dictionary_type`."""

    themes: tuple[str, ...] = ()
    rights: str | None = None
    landing_page: str | None = None
    part_of: str | None = None
    dictionary: str | None = None
    dictionary_type: str | None = None
    bureaus: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    meets_quality: bool | None = None
    investment: str | None = None
    records: str | None = None


@dataclass(frozen=True)
class Described:
    """`identifier`: its own in the whole world. `written`: HTML, harmless; `summary`: the words of it, or the title. `changed`: when readers could last notice a change. `standards`: addresses of those that it keeps to. `profiles`: what the publisher filled in for single profiles, by template."""

    uid: str
    slug: str
    identifier: str
    address: str
    page: str
    title: str
    written: str
    summary: str
    language: str
    openness: Openness
    changed: dt.datetime
    modified: Moment | None = None
    created: Moment | None = None
    issued: Moment | None = None
    publisher: Agent | None = None
    creator: Agent | None = None
    contributor: Agent | None = None
    contact: Contact | None = None
    licence: Licence | None = None
    themes: tuple[Theme, ...] = ()
    keywords: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    period: Period | None = None
    frequency: str | None = None
    references: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    fields: tuple[str, ...] = ()
    pod: ProjectOpenData = ProjectOpenData()
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """What is written, or the title."""
        return self.written or self.title

    @property
    def codes(self) -> tuple[str, ...]:
        """The European Union's data themes of it, each once."""
        return tuple(dict.fromkeys(code for one in self.themes for code in one.codes))
