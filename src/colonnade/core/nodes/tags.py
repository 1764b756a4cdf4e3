"""Numbers of words: whatever has a name and is asked for by a number."""

from collections.abc import Iterable, Sequence

from colonnade.core.datasets.security import SEE_ALL
from colonnade.core.nodes import store
from colonnade.core.nodes.model import Tag, Tags
from colonnade.core.work import Work


def tids(work: Work, vocabulary: Tags, names: Iterable[str], *, is_open: bool = False) -> dict[str, int]:
    """The number of each of these words; one that has none is given one. `is_open`: everybody may know them."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    found = store.tags(work.db, vocabulary, wanted)
    maker = work.actor.person_id
    added = [
        Tag(vocabulary=vocabulary.value, name=name, is_open=is_open, made_by=maker)
        for name in wanted
        if name not in found
    ]
    if is_open and found:
        store.open_tags(work.db, list(found.values()))
    if added:
        work.db.add_all(added)
        work.db.flush()
    return {**found, **{one.name: one.id for one in added}}


def known(work: Work, vocabulary: Tags, names: Iterable[str]) -> dict[str, int]:
    """The numbers of those words that have one; for readers, who give none."""
    wanted = list(dict.fromkeys(names))
    return store.tags(work.db, vocabulary, wanted) if wanted else {}


def may_use(work: Work, tag: Tag) -> bool:
    """Whether the actor may name a word by its number: who does learns the word."""
    if tag.vocabulary == Tags.FORMATS or tag.is_open or work.actor.may(SEE_ALL):
        return True
    return tag.made_by is not None and tag.made_by == work.actor.person_id


def by_ids(work: Work, tids: Iterable[int]) -> dict[int, Tag]:
    """Those of these numbers that there are."""
    wanted = list(tids)
    return store.tags_by_ids(work.db, wanted) if wanted else {}


def all_(work: Work, vocabulary: Tags | None = None) -> Sequence[Tag]:
    """A vocabulary, or all of them, in the order in which they grew."""
    return store.all_tags(work.db, vocabulary)
