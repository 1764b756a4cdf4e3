"""Taking a person out of the portal. What they made stays: datasets, uploads, exports."""

from colonnade.core.datasets import store
from colonnade.core.datasets.model import CatalogueChange
from colonnade.core.people import accounts
from colonnade.core.people.model import Person
from colonnade.core.work import Work


def remove(work: Work, person: Person) -> None:
    """Remove a person with keys, sessions, notices, alerts and what was allowed on datasets. `person`: as this work read
    it. Raises `Denied`, and `Conflict` for the last one who may do everything."""
    accounts.check_may_manage(work)
    accounts.check_not_last(work, person)
    # Whoever gets the user name later must not know of the datasets of who had it before; and those that were made by
    # who has left are not found by the name any more.
    for dataset_id in {*store.ids_held(work.db, person.id), *store.ids_made_by(work.db, person.username)}:
        work.db.add(CatalogueChange(dataset_id=dataset_id))
    work.db.delete(person)
    work.db.flush()
