"""What a dataset is found by in a newsroom's library, beside what it says of itself: who made it, its categories, its files
and columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from colonnade.core.attachments import service as attachments
from colonnade.core.catalogue.model import CATEGORIES, CREATOR, NUMBER, WORDS
from colonnade.core.categories import service as categories
from colonnade.core.columns import service as columns
from colonnade.core.datasets.model import Dataset
from colonnade.core.imports import service as imports
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import Work
from colonnade.query.schema import Schema

UNCATEGORIZED = "Uncategorized"
"""What a dataset without categories is found by."""


@dataclass(frozen=True)
class Shelf:
    """`creator`: the name of a user. `categories`: their slugs. `words`: texts, those of `data` for who may see all rows
    and fields."""

    number: int
    creator: str | None
    categories: Sequence[str]
    words: Sequence[str]
    data: Sequence[str]

    def row(self, schema: Schema, *, sees_all: bool) -> dict[str, object]:
        """`schema`: the fields that everybody who knows of it may see, all rows if `sees_all`."""
        labels = [one.label for one in schema.fields]
        return {
            NUMBER: self.number,
            CREATOR: self.creator,
            CATEGORIES: list(self.categories),
            WORDS: [*self.words, *labels, *(self.data if sees_all else ())],
        }


def shelves(work: Work, listed: Sequence[Dataset]) -> Mapping[int, Shelf]:
    """Of each dataset, by its id."""
    ids = [one.id for one in listed]
    creators = people.by_names(work, [one.created_by for one in listed])
    terms = categories.of(work, ids)
    data_files = _by_dataset(ids, imports.names(work, ids))
    headers = columns.headers(work, ids)
    files = _by_dataset(ids, attachments.names(work, ids))
    return {
        one.id: Shelf(
            number=one.id,
            creator=one.created_by if one.created_by in creators else None,
            categories=[str(term.slug) for term in terms[one.id]] or [categories.UNCATEGORIZED],
            words=[
                *_called(creators.get(one.created_by or "")),
                *([name for term in terms[one.id] for name in term.labels.values()] or [UNCATEGORIZED]),
                *files[one.id],
            ],
            data=[*data_files[one.id], *headers.get(one.id, ())],
        )
        for one in listed
    }


def _by_dataset(ids: Sequence[int], names: Iterable[tuple[int, str]]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {one: [] for one in ids}
    for dataset_id, name in names:
        found[dataset_id].append(name)
    return found


def _called(person: Person | None) -> list[str]:
    return [] if person is None else [f"{person.first_name} {person.last_name}", person.email]
