"""People who made datasets, under another name: their datasets are found by it."""

from typing import Any

from colonnade.core.datasets import store
from colonnade.core.datasets.model import CatalogueChange
from colonnade.core.people import accounts
from colonnade.core.people.model import Person
from colonnade.core.work import Work


def change(work: Work, person: Person, **changes: Any) -> None:
    """What `accounts.change` does, which see."""
    before = (person.email, person.first_name, person.last_name)
    accounts.change(work, person, **changes)
    if before != (person.email, person.first_name, person.last_name):
        for dataset_id in store.ids_made_by(work.db, person.username):
            work.db.add(CatalogueChange(dataset_id=dataset_id))
