"""People who made datasets, under another name: their datasets are found by it."""

from typing import Any

from colonnade.core.datasets import store
from colonnade.core.datasets.model import CatalogueChange
from colonnade.core.people import accounts, mailed
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM, Portal, Work


def change(work: Work, person: Person, **changes: Any) -> None:
    """What `accounts.change` does, which see."""
    before = (person.email, person.first_name, person.last_name)
    accounts.change(work, person, **changes)
    if before != (person.email, person.first_name, person.last_name):
        _note(work, person)


def choose(portal: Portal, key: str, password: str, **more: Any) -> Person:
    """What `mailed.choose` does, which see: with a key from a letter people say what they are called, too."""
    person = mailed.choose(portal, key, password, **more)
    with portal.writing(SYSTEM) as work:
        _note(work, person)
    return person


def _note(work: Work, person: Person) -> None:
    for dataset_id in store.ids_made_by(work.db, person.username):
        work.db.add(CatalogueChange(dataset_id=dataset_id))
