"""Usual sets of portal-wide permissions, by a name."""

from collections.abc import Mapping

from colonnade.core.people import accounts, service
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Person
from colonnade.core.work import Work

SUPERUSER = "superuser"

ROLES: Mapping[str, tuple[str, ...]] = {
    "user": (),
    "publisher": ("create_dataset",),
    SUPERUSER: DOMAIN_PERMISSIONS,
}
"""`user`: works with the datasets that are open to the portal's members. `publisher`: also makes datasets through every
API. `superuser`: may do everything."""


def give(work: Work, person: Person, role: str) -> None:
    """Give a person the permissions of a role and no others. Raises `Denied`, and `Conflict` for the last one who may do
    everything."""
    accounts.check_may_manage(work)
    if role != SUPERUSER:
        accounts.check_not_last(work, person)
    service.set_permissions(work, person, ROLES[role])


def name_of(person: Person) -> str | None:
    """The role that a person has; None for other permissions."""
    return next((name for name, given in ROLES.items() if set(given) == set(person.permissions)), None)
