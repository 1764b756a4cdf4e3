"""Keeping the portal's categories, and saying which datasets stand under which."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from colonnade.core.categories import store
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Term, Vocabulary
from colonnade.core.uids import slug as slug_of
from colonnade.core.work import Work
from colonnade.errors import Conflict, Invalid, NotFound

LONGEST = 64
UNCATEGORIZED = "uncategorized"
RESERVED = frozenset({"all", UNCATEGORIZED})
"""What stands for all datasets and for those without a category, in addresses and searches."""
FIRST = ("Crime", "Education", "Politics")
"""What a new portal begins with, as PANDA does."""


@dataclass(frozen=True)
class Counts:
    """How many datasets there are, by the category's id, and how many without one."""

    by_id: Mapping[int, int]
    uncategorized: int


def all_(work: Work) -> Sequence[Term]:
    """In the order in which they were made."""
    return terms.terms(work, Vocabulary.CATEGORY)


def by_slug(work: Work, slug: str) -> Term:
    found = terms.by_slug(work, Vocabulary.CATEGORY, slug)
    if found is None:
        raise _unknown(slug)
    return found


def by_ids(work: Work, ids: Iterable[int]) -> list[Term]:
    """In the order given, each once. Raises `NotFound` for one that is none."""
    wanted = list(dict.fromkeys(ids))
    found = {one.id: one for one in terms.by_ids(work, Vocabulary.CATEGORY, wanted)}
    for one in wanted:
        if one not in found:
            raise _unknown(str(one))
    return [found[one] for one in wanted]


def of(work: Work, dataset_ids: Sequence[int]) -> dict[int, list[Term]]:
    """The categories of each of these datasets."""
    return store.of_datasets(work.db, dataset_ids)


def put(work: Work, editable: EditableDataset, categories: Iterable[Term]) -> None:
    """Let a dataset stand under these categories and no others."""
    wanted = sorted({one.id for one in categories})
    before = [one.id for one in store.of_datasets(work.db, [editable.dataset.id])[editable.dataset.id]]
    if wanted != before:
        store.put(work.db, editable.dataset.id, wanted)
        datasets.note_change(work, editable.dataset)


def counts(work: Work) -> Counts:
    """Of the datasets that the actor may read."""
    readable = set(datasets.readable_ids(work))
    links = [(dataset, term) for dataset, term in store.links(work.db) if dataset in readable]
    return Counts(
        by_id=Counter(term for _, term in links),
        uncategorized=len(readable - {dataset for dataset, _ in links}),
    )


def dataset_ids(work: Work, slug: str) -> frozenset[int]:
    """The ids of all datasets under a category, or under none (`uncategorized`), whoever may read them: what is told of
    them is for whoever asks to cut. Raises `NotFound`."""
    if slug == UNCATEGORIZED:
        return frozenset(store.datasets_of_none(work.db))
    return frozenset(store.datasets_of(work.db, by_slug(work, slug).id))


def add(work: Work, name: str, slug: str | None = None) -> Term:
    """A new category. `slug` None: made of the name. Raises `Denied`, `Invalid`, and `Conflict` when there is one of this
    name or slug."""
    _check(name)
    made = slug_of(name) if slug is None else slug
    if not made or made != slug_of(made):
        message = "Small letters, digits and hyphens between them."
        raise Invalid(message, fields={"slug": [message]})
    _check_reserved(made)
    return terms.add(work, Vocabulary.CATEGORY, {work.settings.default_language: name.strip()}, slug=made)


def rename(work: Work, slug: str, name: str) -> Term:
    """Call a category otherwise; its slug stays. Raises as `add` does, and `NotFound`."""
    _check(name)
    term = by_slug(work, slug)
    terms.rename(work, term, {work.settings.default_language: name.strip()})
    _note_change(work, term)
    return term


def remove(work: Work, slug: str) -> Term:
    """Take a category away, also from its datasets. Raises `Denied`, `NotFound`."""
    term = by_slug(work, slug)
    _note_change(work, term)
    terms.remove(work, Vocabulary.CATEGORY, term.uid)
    work.db.flush()
    return term


def add_first(work: Work) -> None:
    """For a portal that was just made."""
    for name in FIRST:
        add(work, name)


def _note_change(work: Work, term: Term) -> None:
    for one in datasets.by_ids(work, store.datasets_of(work.db, term.id)):
        datasets.note_change(work, one)


def _check(name: str) -> None:
    message = None
    if not name.strip() or not name.isprintable():
        message = "A name is needed, in one line."
    elif len(name.strip()) > LONGEST:
        message = f"A category's name has at most {LONGEST} characters."
    if message is not None:
        raise Invalid(message, fields={"name": [message]})
    _check_reserved(name.strip())


def _check_reserved(name: str) -> None:
    if name.lower() in RESERVED:
        raise Conflict(f"The name {name} is reserved.", code="category.reserved")


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no category {name}.", code="category.unknown", name=name)
