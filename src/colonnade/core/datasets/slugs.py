"""What datasets are called in addresses (`dataset_id`)."""

import re
import unicodedata

from colonnade.core.datasets import store
from colonnade.core.uids import free_name, slug
from colonnade.core.work import Work
from colonnade.errors import Invalid

PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,199}")
SHARED_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,256}")
UID_PATTERN = re.compile(r"da_[a-z0-9]{6}")
RESERVED = frozenset({"schema", "set"})
"""No names of shared datasets: their addresses mean something else to clients."""
MADE_LENGTH = 150
"""Of a name that is made here: room for a number is left."""


def wanted(work: Work, name: str) -> str:
    """A name that somebody chose. Raises `Invalid` when no path could carry it, or another dataset has it."""
    if not is_one(name):
        raise _wrong("Small letters, digits, - and _ only, beginning with a letter or a digit.")
    if is_taken(work, name):
        raise _wrong("Another dataset has this identifier.")
    return name


def chosen(work: Work, name: str) -> str:
    """The same for a dataset of a newsroom, whose names may have capitals."""
    if not SHARED_PATTERN.fullmatch(name) or UID_PATTERN.fullmatch(name):
        raise _wrong("Letters, digits, underscores and hyphens only.")
    if name in RESERVED:
        raise _wrong("This identifier is reserved.")
    if is_taken(work, name):
        raise _wrong("Another dataset has this identifier.")
    return name


def shared(work: Work, title: str) -> str:
    """A free name for a dataset of a newsroom: underscores stay, and what is no letter, digit, blank or hyphen is left
    out."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^\w\s-]", "", plain, flags=re.ASCII).strip().lower()
    wanted = re.sub(r"[-\s]+", "-", words)[:MADE_LENGTH]
    return free_name(
        wanted or "dataset",
        lambda name: name in RESERVED or bool(UID_PATTERN.fullmatch(name)) or is_taken(work, name),
    )


def made(work: Work, title: str) -> str:
    """A free name made of a title."""
    return free_name(_cut(slug(title)) or "dataset", lambda name: is_taken(work, name))


def copied(work: Work, name: str) -> str:
    """A free name for the copy of the dataset that is called so."""
    return free_name(f"{_cut(name)}-copy", lambda one: is_taken(work, one))


def _cut(name: str) -> str:
    return name[:MADE_LENGTH].strip("-")


def is_one(name: str) -> bool:
    """Whether a dataset may be called so."""
    return PATTERN.fullmatch(name) is not None and UID_PATTERN.fullmatch(name) is None


def is_taken(work: Work, name: str) -> bool:
    """Whether a dataset has this name."""
    return store.slug_taken(work.db, name)


def _wrong(message: str) -> Invalid:
    return Invalid(message, fields={"dataset_id": [message]})
