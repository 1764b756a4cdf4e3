"""Usual sets of portal-wide permissions, by a name."""

from collections.abc import Mapping

from colonnade.core.people import accounts, service
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Person
from colonnade.core.work import Actor, Work

SUPERUSER = "superuser"
CREATOR, EDITOR, MANAGER = "content creator", "editor", "site manager"
ADMINISTRATOR = "administrator"

ROLES: Mapping[str, tuple[str, ...]] = {
    "user": (),
    "publisher": ("create_dataset",),
    SUPERUSER: DOMAIN_PERMISSIONS,
    "authenticated": (),
    CREATOR: ("create_dataset",),
    EDITOR: ("create_dataset", "edit_dataset", "publish_dataset"),
    MANAGER: (
        "create_dataset",
        "edit_dataset",
        "publish_dataset",
        "manage_dataset",
        "explore_restricted_dataset",
        "edit_domain",
    ),
    ADMINISTRATOR: DOMAIN_PERMISSIONS,
}
"""`user`: works with the datasets that are open to the portal's members. `publisher`: also makes datasets through every
API. `superuser`: may do everything. The others are what these are called on sites of DKAN, and two between them:
`editor` also changes everybody's datasets, `site manager` also says who sees what."""
RANKS = (ADMINISTRATOR, MANAGER, EDITOR, CREATOR)
"""Of what a site of DKAN is run by, the highest first."""


def give(work: Work, person: Person, role: str) -> None:
    """Give a person the permissions of a role and no others. Raises `Denied`, and `Conflict` for the last one who may do
    everything."""
    accounts.check_may_manage(work)
    if ROLES[role] != DOMAIN_PERMISSIONS:
        accounts.check_not_last(work, person)
    service.set_permissions(work, person, ROLES[role])


def name_of(person: Person) -> str | None:
    """The role that a person has; None for other permissions."""
    return next((name for name, given in ROLES.items() if set(given) == set(person.permissions)), None)


def rank_of(actor: Actor) -> str | None:
    """The highest of `RANKS` all of whose permissions somebody holds; None: not even those of the lowest."""
    return next((name for name in RANKS if actor.permissions.issuperset(ROLES[name])), None)
