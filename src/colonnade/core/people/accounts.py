"""People whose user name is their e-mail address: added, changed, listed. Of one's own account one changes everything
but whether it is active; of others' only who may do everything."""

from collections.abc import Sequence

from colonnade.core.people import mailed, service, store
from colonnade.core.people.addresses import is_address as is_address
from colonnade.core.people.addresses import plain
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Person
from colonnade.core.people.passwords import Hashed
from colonnade.core.work import SYSTEM, Work
from colonnade.errors import Conflict, Denied, Invalid

Password = str | Hashed


def add(
    work: Work,
    email: str,
    *,
    first_name: str = "",
    last_name: str = "",
    password: Password | None = None,
    is_active: bool = True,
    permissions: Sequence[str] = (),
) -> Person:
    """A new person. Without a password a key to set one is mailed. Raises `Denied`, and `Invalid` for an address that is
    none or somebody's already."""
    check_may_manage(work)
    address = service.new_address(email)
    if store.people_called(work.db, address):
        raise Invalid(service.TAKEN, fields={"email": [service.TAKEN]})
    person = service.add_person(work, address, email=address, password=password, permissions=permissions)
    service.set_names(person, first_name, last_name)
    person.is_active = is_active
    work.db.flush()
    if password is None:
        mailed.invite(work, person)
    return person


def change(
    work: Work,
    person: Person,
    *,
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    is_active: bool | None = None,
    password: Password | None = None,
    keep_session: str | None = None,
) -> None:
    """Change what is given. `person`: as this work read it. A new password ends the person's sessions, except the one
    whose token is `keep_session`. The user name stays what it is. Raises `Denied`, `Invalid`, and `Conflict` for the last
    one who may do everything."""
    if work.actor.person_id != person.id:
        check_may_manage(work)
    elif work.actor.key_permissions is not None:
        raise Denied("This API key may not change its owner.", code="person.key_denied")
    if email is not None and plain(email) != plain(person.email):
        service.check_address(work, service.new_address(email), person)
        person.email = service.new_address(email)
    service.set_names(person, first_name, last_name)
    if is_active is not None and is_active != person.is_active:
        set_active(work, person, is_active=is_active)
    if password is not None:
        service.set_password(work, person, password, keep=keep_session)
        mailed.expire(work, person)
    work.db.flush()


def set_active(work: Work, person: Person, *, is_active: bool) -> None:
    """Let somebody in again, or no longer: sessions and mailed keys end at once. Raises as `change` does."""
    check_may_manage(work)
    if not is_active:
        check_not_last(work, person)
        store.end_sessions(work.db, person.id)
        mailed.expire(work, person)
    person.is_active = is_active
    work.db.flush()


def page(work: Work, limit: int | None, offset: int = 0) -> tuple[Sequence[Person], int]:
    """People in the order in which they came, and how many there are. `limit` None: all."""
    return store.page(work.db, limit, offset), store.count_people(work.db)


def check_may_manage(work: Work) -> None:
    """Raises `Denied` unless the actor may do everything. Commands may."""
    if work.actor != SYSTEM and not service.is_superuser(work.actor):
        raise Denied("Only an administrator may change people.", code="person.manage_denied")


def check_not_last(work: Work, person: Person) -> None:
    """Raises `Conflict` for the last active person who may do everything."""
    others = (one for one in store.people(work.db) if one.id != person.id and one.is_active)
    if _may_everything(person) and not any(_may_everything(one) for one in others):
        raise Conflict("This is the last administrator.", code="person.last_administrator")


def _may_everything(person: Person) -> bool:
    return set(person.permissions).issuperset(DOMAIN_PERMISSIONS)
