"""Who may come in: people, groups, keys, the first administrator."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from colonnade.config import Settings
from colonnade.core.people import store
from colonnade.core.people.addresses import INVALID, is_address, plain
from colonnade.core.people.model import DOMAIN_PERMISSIONS, ApiKey, Group, Membership, Person
from colonnade.core.people.passwords import Hashed, hash_of
from colonnade.core.uids import free_name, new_uid, slug
from colonnade.core.work import ANONYMOUS, MEMBERS, Actor, Work, now
from colonnade.db.base import row_by_id, row_ids
from colonnade.errors import Conflict, Invalid, NotFound, Unauthenticated

KEY_PATTERN = re.compile(r"[0-9a-fA-F]{40,80}")
LONGEST_NAME = 150
TAKEN = "There is a user with this e-mail address already."
USERNAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,149}")


@dataclass(frozen=True)
class FirstAdministrator:
    """What the first start made; the secrets are shown once and kept nowhere. None: it was given by a setting."""

    username: str
    password: str | None
    api_key: str | None


def actor_of_key(db: Session, key: str | None) -> Actor:
    """The actor behind an API key; nobody without one. Raises `Unauthenticated` for a wrong or revoked key."""
    return _acting(_holder(db, key)) if key else ANONYMOUS


def actor_of_email_and_key(db: Session, email: str, key: str) -> Actor:
    """The actor behind a key that is said to be of the person with this e-mail address (or user name). Raises
    `Unauthenticated` if either is wrong."""
    holder = _holder(db, key)
    if plain(email) not in {plain(holder.email), plain(holder.username)}:
        raise _no_key()
    return _acting(holder)


def _holder(db: Session, key: str) -> store.KeyHolder:
    found = store.key_holder(db, digest_of(key))
    if found is None:
        raise _no_key()
    return found


def _no_key() -> Unauthenticated:
    return Unauthenticated("This API key is not valid.", code="key.invalid")


def _acting(holder: store.KeyHolder) -> Actor:
    allowed = holder.allowed
    return Actor(
        username=holder.username,
        person_id=holder.person_id,
        groups=frozenset({MEMBERS, *holder.groups}),
        permissions=holder.permissions if allowed is None else holder.permissions & allowed,
        key_permissions=allowed,
    )


def actor_of(db: Session, person: Person, key_permissions: frozenset[str] | None = None) -> Actor:
    """A person as an actor: own and groups' permissions, cut by the key's."""
    groups = store.groups_of(db, person.id)
    return _acting(
        store.KeyHolder(
            person_id=person.id,
            username=person.username,
            email=person.email,
            permissions=frozenset(person.permissions).union(*(group.permissions for group in groups)),
            groups=frozenset(group.uid for group in groups),
            allowed=key_permissions,
        )
    )


def is_superuser(actor: Actor) -> bool:
    """Whether the actor may do everything at this moment."""
    return actor.permissions.issuperset(DOMAIN_PERMISSIONS)


def add_person(
    work: Work,
    username: str,
    *,
    email: str,
    password: str | Hashed | None = None,
    permissions: Sequence[str] = (),
) -> Person:
    """Raises `Invalid` for a name or an address that is none, or that somebody has, whatever the case of its letters."""
    if not USERNAME_PATTERN.fullmatch(username) and not is_address(username):
        raise _wrong("username", "Letters, digits and _ . @ + - only, beginning with a letter or a digit.")
    if store.people_called(work.db, plain(username)):
        raise _wrong("username", "This name is taken.")
    check_address(work, email)
    person = Person(
        username=username,
        email=email.strip(),
        password_hash=None if password is None else hash_of(password),
        permissions=_known(permissions),
    )
    work.db.add(person)
    work.db.flush()
    return person


def new_address(email: str) -> str:
    """An address that is given here first, in its plain form. Raises `Invalid`."""
    if not is_address(plain(email)):
        raise _wrong("email", INVALID)
    return plain(email)


def check_address(work: Work, email: str, owner: Person | None = None) -> None:
    """Raises `Invalid` for what is no e-mail address, or is somebody else's than the owner's."""
    local, _, host = email.strip().partition("@")
    if not (local and host) or any(one.isspace() or not one.isprintable() for one in email.strip()):
        raise _wrong("email", INVALID)
    if any(owner is None or one.id != owner.id for one in store.people_called(work.db, plain(email))):
        raise _wrong("email", TAKEN)


def person(work: Work, username: str) -> Person:
    """By the user name; in another case of its letters, or by the e-mail address, where that is one person's alone."""
    found = store.person_by_name(work.db, username) or by_email(work.db, username)
    if found is None:
        raise NotFound(f"There is no user {username}.", code="person.unknown")
    return found


def by_email(db: Session, email: str) -> Person | None:
    """Whose e-mail address this is, or else whose user name, in any case; None if that is nobody or several."""
    called = store.people_called(db, plain(email))
    owners = [one for one in called if plain(one.email) == plain(email)] or called
    return owners[0] if len(owners) == 1 else None


def by_id(work: Work, person_id: int) -> Person:
    found = row_by_id(work.db, Person, person_id)
    if found is None:
        raise NotFound(f"There is no user {person_id}.", code="person.unknown")
    return found


def by_ids(work: Work, person_ids: Iterable[int]) -> dict[int, Person]:
    """Those of them that there are."""
    return {one.id: one for one in store.people_by_ids(work.db, row_ids(person_ids))}


def by_names(work: Work, usernames: Iterable[str | None]) -> dict[str, Person]:
    """Those of them that there are, by their exact user names."""
    wanted = sorted({one for one in usernames if one is not None})
    return {one.username: one for one in store.people_by_names(work.db, wanted)}


def people(work: Work) -> Sequence[Person]:
    return store.people(work.db)


def set_password(work: Work, person: Person, password: str | Hashed, *, keep: str | None = None) -> None:
    """Also ends all sessions of the person but one, whose token is `keep`."""
    person.password_hash = hash_of(password)
    store.end_sessions(work.db, person.id, but=None if keep is None else digest_of(keep, exact=True))


def set_names(person: Person, first_name: str | None, last_name: str | None) -> None:
    """Without asking who may. Raises `Invalid`."""
    for field, text in (("first_name", first_name), ("last_name", last_name)):
        if text is not None:
            if len(text) > LONGEST_NAME:
                message = f"A name has at most {LONGEST_NAME} characters."
                raise Invalid(message, fields={field: [message]})
            setattr(person, field, text)


def set_permissions(work: Work, person: Person, permissions: Sequence[str]) -> None:
    person.permissions = _known(permissions)


def add_group(work: Work, title: str, *, permissions: Sequence[str] = ()) -> Group:
    uid = free_name(
        slug(title, separator="_") or "group",
        lambda name: name == MEMBERS or store.group_by_uid(work.db, name) is not None,
        separator="_",
    )
    group = Group(uid=uid, title=title, permissions=_known(permissions))
    work.db.add(group)
    work.db.flush()
    return group


def group(work: Work, uid: str) -> Group | None:
    return store.group_by_uid(work.db, uid)


def known_group(work: Work, uid: str) -> Group:
    """Raises `NotFound`."""
    found = group(work, uid)
    if found is None:
        raise NotFound(f"There is no group {uid}.", code="group.unknown")
    return found


def groups(work: Work) -> Sequence[tuple[Group, Sequence[Person]]]:
    """All groups in order of creation, each with its members by their user names; of the built-in one of everybody they
    are not listed."""
    members: dict[int, list[Person]] = {}
    for group_id, member in store.members(work.db):
        members.setdefault(group_id, []).append(member)
    return [(one, members.get(one.id, [])) for one in store.groups(work.db)]


def joined(work: Work, person: Person) -> Sequence[Group]:
    """The groups that a person is a member of, without the built-in one of everybody."""
    return [one for one in store.groups_of(work.db, person.id) if not one.is_built_in]


def join(work: Work, person: Person, group: Group) -> None:
    """Make a person a member of a group; nothing happens when it is one already."""
    if group.uid == MEMBERS:
        raise Conflict("Every signed-in user is a member of this group.", code="group.built_in")
    if store.membership(work.db, person.id, group.id) is None:
        work.db.add(Membership(person_id=person.id, group_id=group.id))
        work.db.flush()


def leave(work: Work, person: Person, group: Group) -> None:
    """End a membership. Raises `Conflict` where there is none to end."""
    if group.uid == MEMBERS:
        raise Conflict("Every signed-in user is a member of this group.", code="group.built_in")
    found = store.membership(work.db, person.id, group.id)
    if found is None:
        raise Conflict(f"{person.username} is no member of {group.uid}.", code="group.no_member")
    work.db.delete(found)
    work.db.flush()


def add_key(
    work: Work,
    owner: Person,
    *,
    label: str = "",
    permissions: Sequence[str] | None = None,
    key: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is not kept. `permissions` None: all that the owner has, now and later."""
    text = key or secrets.token_hex(28)
    if not KEY_PATTERN.fullmatch(text):
        raise _wrong("key", "A key is 40 to 80 hexadecimal characters.")
    if store.digest_taken(work.db, digest_of(text)):
        raise _wrong("key", "This key is in use.")
    api_key = ApiKey(
        uid=new_uid("ak", lambda uid: store.key_uid_taken(work.db, uid)),
        person_id=owner.id,
        label=label,
        digest=digest_of(text),
        ending=text[-4:],
        permissions=None if permissions is None else _known(permissions),
    )
    work.db.add(api_key)
    work.db.flush()
    return api_key, text


def keys_of(work: Work, owner: Person) -> Sequence[ApiKey]:
    return store.keys_of(work.db, owner.id)


def revoke_key(work: Work, uid: str, reason: str = "") -> ApiKey:
    api_key = store.key_by_uid(work.db, uid)
    if api_key is None:
        raise NotFound(f"There is no key {uid}.", code="key.unknown")
    if api_key.revoked_at is None:
        api_key.revoked_at, api_key.revocation_reason = now(), reason
    return api_key


def ensure_members(work: Work) -> None:
    """The built-in group exists in the catalogue, so that rulesets can name it."""
    if store.group_by_uid(work.db, MEMBERS) is None:
        work.db.add(Group(uid=MEMBERS, title="Members", is_built_in=True))
        work.db.flush()


def ensure_first_administrator(work: Work, settings: Settings) -> FirstAdministrator | None:
    """Make user 1 on the first start, from the settings or from chance; None when there are people already."""
    if store.count_people(work.db):
        return None
    password = settings.admin_password or secrets.token_urlsafe(12)
    owner = add_person(
        work,
        settings.admin_username or "admin",
        email=settings.admin_email or "admin@localhost",
        password=password,
        permissions=DOMAIN_PERMISSIONS,
    )
    _, key = add_key(work, owner, label="First administrator", key=settings.admin_api_key)
    return FirstAdministrator(
        username=owner.username,
        password=None if settings.admin_password else password,
        api_key=None if settings.admin_api_key else key,
    )


def digest_of(key: str, *, exact: bool = False) -> str:
    """What is kept of a key or a token. `exact`: the case of its letters counts."""
    return hashlib.sha256((key if exact else key.lower()).encode(errors="replace")).hexdigest()


def _known(permissions: Sequence[str]) -> list[str]:
    unknown = sorted(set(permissions) - set(DOMAIN_PERMISSIONS))
    if unknown:
        raise _wrong("permissions", f"There is no permission {', '.join(unknown)}.")
    return sorted(set(permissions))


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
