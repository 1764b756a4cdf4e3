"""The doors to a dataset. Everything that reads or changes one takes a type that only these functions make."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import security, slugs, store, vocabularies
from colonnade.core.datasets.model import (
    DATASET_PERMISSIONS,
    Audience,
    CatalogueChange,
    Dataset,
    EditableDataset,
    PublishableDataset,
    ReadableDataset,
    Ruleset,
    SecurableDataset,
    ViewableDataset,
)
from colonnade.core.datasets.security import Access, Security, checked
from colonnade.core.people import service as people
from colonnade.core.people.model import Group, Person
from colonnade.core.uids import new_uid
from colonnade.core.usage import service as usage
from colonnade.core.work import MEMBERS, Actor, Work, now
from colonnade.errors import Denied, Invalid, NotFound, Unauthenticated

KNOWING = ("edit_dataset", "publish_dataset")
"""Who holds one of these knows of a dataset that is not published."""
DEFAULT_SECURITY = "default_security"
AT_ONCE = 10_000  # ids in one question to the catalogue


def readable(work: Work, name: str) -> ReadableDataset:
    """A published dataset by slug or uid. `NotFound` also when the actor may not know that it exists; `QuotaReached`
    when a call of an API is one too many."""
    dataset = store.by_slug_or_uid(work.db, name)
    seen = None if dataset is None or not dataset.is_published else _access(work, dataset)
    if dataset is None or seen is None:
        raise _unknown(name)
    usage.count_call(work, dataset.id, seen.quota)
    return ReadableDataset(dataset, seen)


def readable_by_uids(work: Work, uids: Sequence[str]) -> list[ReadableDataset]:
    """Those of the datasets that are published and visible to the actor, in the order given."""
    found = {one.dataset.uid: one for one in _readables(work, store.by_uids(work.db, uids))}
    return [found[uid] for uid in uids if uid in found]


def readable_by_ids(work: Work, ids: Sequence[int]) -> list[ReadableDataset]:
    """The same of very many, by their ids and in the order of these."""
    parts = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    found = [one for part in parts for one in _readables(work, store.bare_by_ids(work.db, part))]
    return sorted(found, key=lambda one: one.dataset.id)


def readable_ids(work: Work) -> Sequence[int]:
    """The ids of all datasets that `readable` would open for the actor, in order of creation."""
    return store.readable_ids(work.db, work.actor, sees_all=work.actor.may(security.SEE_ALL))


def viewable(work: Work, name: str) -> ViewableDataset:
    """A dataset whose configuration the actor may see: who may edit or publish it."""
    return ViewableDataset(_managed(work, name, KNOWING))


def editable(work: Work, name: str) -> EditableDataset:
    return EditableDataset(_managed(work, name, ("edit_dataset",)))


def securable(work: Work, name: str) -> SecurableDataset:
    """Who may say who sees what of a dataset: who may edit it, and holds `manage_dataset` on it or portal-wide."""
    dataset = _managed(work, name, ("edit_dataset",))
    if not work.actor.may("manage_dataset") and "manage_dataset" not in _permissions(work, dataset):
        raise Denied("You may not change who sees this dataset.", code="dataset.manage_denied")
    return SecurableDataset(dataset)


def publishable(work: Work, name: str) -> PublishableDataset:
    """Who may publish: by a ruleset, or portal-wide for a dataset that the actor may edit."""
    dataset = _managed(work, name, KNOWING)
    held = _permissions(work, dataset)
    by_ruleset = "publish_dataset" in held
    by_portal = work.actor.may("publish_dataset") and (
        work.actor.may("edit_dataset") or "edit_dataset" in held
    )
    if not (by_ruleset or by_portal):
        raise Denied("You may not publish this dataset.", code="dataset.publish_denied")
    return PublishableDataset(dataset)


def managed_page(
    work: Work, *, slug: str | None = None, limit: int, offset: int
) -> tuple[list[ViewableDataset], int]:
    """The datasets that the actor may edit or publish, in order of creation, and how many there are. A draft
    (`internal.draft`) is listed for its creator alone; others need to know what it is called."""
    _signed_in(work.actor)
    held: tuple[str, ...] | None = None
    if not work.actor.may("edit_dataset"):
        held = tuple(sorted(_effective(work.actor, KNOWING)))
        if not work.actor.may("create_dataset") and not store.holds_any(work.db, work.actor, held):
            raise Denied("You may neither create nor edit datasets.", code="dataset.list_denied")
    found, total = store.page(work.db, actor=work.actor, slug=slug, held=held, limit=limit, offset=offset)
    return [ViewableDataset(one) for one in found], total


def create(
    work: Work,
    metadata: object,
    *,
    wanted_slug: str | None = None,
    is_restricted: bool | None = None,
    default_security: Security | None = None,
    shows: bool = False,
) -> EditableDataset:
    """A new dataset. Its creator gets a ruleset with every permission on it. `shows`: it is published from its first
    moment, for who may publish it, as its creator may."""
    _check_may_create(work)
    draft = vocabularies.mirrored(work, meta.checked(metadata))
    title = meta.title(draft) or ""
    draft = meta.with_default(draft, "language", meta.data_language(work.settings.default_language))
    draft = meta.with_default(draft, "modified", now().isoformat(timespec="seconds").replace("+00:00", "Z"))
    dataset = Dataset(
        slug=slugs.made(work, title) if wanted_slug is None else slugs.wanted(work, wanted_slug),
        metadata_draft=draft,
        is_restricted=work.settings.restricted_by_default if is_restricted is None else is_restricted,
        default_security=checked(default_security or Security(), at=DEFAULT_SECURITY).to_json(),
    )
    if shows:
        _publish(work, dataset, meta.moved(draft, None, data_changed=False, at=now()))
    made = _added(work, dataset)
    if shows:
        note_change(work, dataset)
    return made


def create_shared(work: Work, metadata: object, *, wanted_slug: str | None = None) -> EditableDataset:
    """A new dataset that is published from its first moment, to every signed-in user and to nobody else, and that each
    of them may edit. Anybody who is signed in may make one, whatever they may do with other datasets; a key must not be
    cut so that it forbids it. Raises `Unauthenticated`, `Denied`, `Invalid`."""
    _signed_in(work.actor)
    if not may_share(work.actor):
        raise Denied("You may not create datasets.", code="dataset.create_denied")
    draft = meta.checked(metadata)
    slug = (
        slugs.shared(work, meta.title(draft) or "")
        if wanted_slug is None
        else slugs.chosen(work, wanted_slug)
    )
    editable = _added(
        work,
        Dataset(slug=slug, metadata_draft=draft, is_restricted=True, default_security=Security().to_json()),
    )
    members = people.group(work, MEMBERS)
    assert members is not None, "the first start makes it"
    permissions = ["explore_restricted_dataset", "edit_dataset"]
    work.db.add(
        Ruleset(
            dataset_id=editable.dataset.id,
            group_id=members.id,
            security=Security().to_json(),
            permissions=permissions,
        )
    )
    work.db.flush()
    show(work, editable.dataset)
    return editable


def amend(
    work: Work, editable: EditableDataset, values: Mapping[str, object], template: str = meta.DEFAULT
) -> None:
    """Set values of a template for publishers and readers at once; what else of the draft is not published stays so.
    Raises `Invalid`."""
    dataset = editable.dataset
    dataset.metadata_draft = meta.amended(dataset.metadata_draft, values, template)
    if dataset.metadata_published is not None:
        dataset.metadata_published = meta.harmless(meta.amended(dataset.metadata_published, values, template))
        note_change(work, dataset)
    touch(work, editable)


def copied(work: Work, source: ViewableDataset) -> EditableDataset:
    """A new unpublished dataset that says of itself what another does, with the same visibility for who holds no
    ruleset. Rulesets are not copied: its creator gets one with every permission on it. What the dataset is made of
    is copied by the features that keep it."""
    _check_may_create(work)
    one = source.dataset
    return _added(
        work,
        Dataset(
            slug=slugs.copied(work, one.slug or one.uid),
            metadata_draft=one.metadata_draft,
            is_restricted=one.is_restricted,
            default_security=one.default_security,
        ),
    )


def may_share(actor: Actor) -> bool:
    """Whether the actor may add to what all members share: every person may, by a key that lets them make datasets."""
    return actor.may("create_dataset") or (actor.is_signed_in and actor.key_allows("create_dataset"))


def _check_may_create(work: Work) -> None:
    _signed_in(work.actor)
    if not work.actor.may("create_dataset"):
        raise Denied("You may not create datasets.", code="dataset.create_denied")


def _added(work: Work, dataset: Dataset) -> EditableDataset:
    dataset.uid = new_uid("da", lambda uid: store.uid_taken(work.db, uid))
    dataset.created_by = dataset.updated_by = work.actor.username
    work.db.add(dataset)
    work.db.flush()
    if work.actor.person_id is not None:
        work.db.add(
            Ruleset(
                dataset_id=dataset.id,
                person_id=work.actor.person_id,
                security=Security().to_json(),
                permissions=list(DATASET_PERMISSIONS),
            )
        )
    return EditableDataset(dataset)


def touch(work: Work, editable: EditableDataset) -> None:
    """The configuration changed."""
    editable.dataset.updated_at = now()
    editable.dataset.updated_by = work.actor.username


def put_ruleset(
    work: Work,
    securable: SecurableDataset,
    holder: Person | Group,
    security: Security,
    permissions: Sequence[str] = (),
) -> Ruleset:
    """Give a person or a group a ruleset, in the place of the one held before."""
    unknown = sorted(set(permissions) - set(DATASET_PERMISSIONS))
    if unknown:
        message = f"There is no permission {', '.join(unknown)}."
        raise Invalid(message, fields={"permissions": [message]})
    whose = {"person_id": holder.id} if isinstance(holder, Person) else {"group_id": holder.id}
    rule = store.ruleset(work.db, securable.dataset.id, **whose)
    if rule is None:
        rule = Ruleset(dataset_id=securable.dataset.id, **whose, security={}, permissions=[])
        work.db.add(rule)
    rule.security = checked(security, at="security").to_json()
    rule.permissions = sorted(set(permissions))
    work.db.flush()
    note_change(work, securable.dataset)
    return rule


def put_default_security(
    work: Work, securable: SecurableDataset, security: Security, *, is_restricted: bool
) -> None:
    """Say what callers without a ruleset see. It holds at once, as rulesets do: it is no part of the draft."""
    securable.dataset.default_security = checked(security, at=DEFAULT_SECURITY).to_json()
    securable.dataset.is_restricted = is_restricted
    note_change(work, securable.dataset)


def show(
    work: Work, dataset: Dataset, *, data_changed: bool = False, places: Sequence[str] | None = None
) -> None:
    """The draft becomes what readers see. `data_changed`: with new records; `places`: the countries of their points and
    shapes, None if that is not known."""
    draft = meta.located(dataset.metadata_draft, places)
    draft = meta.moved(draft, dataset.metadata_published, data_changed=data_changed, at=now())
    _publish(work, dataset, draft)
    note_change(work, dataset)


def _publish(work: Work, dataset: Dataset, draft: dict[str, Any]) -> None:
    dataset.is_published = True
    dataset.metadata_draft = draft
    dataset.metadata_published = vocabularies.with_addresses(work, meta.harmless(draft))
    dataset.metadata_processed_at = now()


def follows_places(work: Work, dataset_id: int) -> bool:
    """Its geographic codes are those of its records, found at each publication."""
    return (one := by_id(work, dataset_id)) is not None and meta.follows_places(one.metadata_draft)


def hide(work: Work, dataset: Dataset) -> None:
    dataset.is_published = False
    dataset.metadata_published = None
    note_change(work, dataset)


def bury(work: Work, dataset: Dataset) -> None:
    """Forget a dataset for everybody; its ids are never used again. What it owns is removed by others."""
    store.remove_rulesets(work.db, dataset.id)
    dataset.slug = None
    dataset.is_published = False
    dataset.deleted_at = now()
    note_change(work, dataset)


def note_change(work: Work, dataset: Dataset) -> None:
    """Readers can notice this change: the queryable catalogue takes it up."""
    work.db.add(CatalogueChange(dataset_id=dataset.id))


def by_id(work: Work, dataset_id: int) -> Dataset | None:
    """For jobs, which act for the portal itself."""
    return store.by_id(work.db, dataset_id)


def by_ids(work: Work, dataset_ids: Sequence[int]) -> Sequence[Dataset]:
    return store.by_ids(work.db, dataset_ids)


def living_ids(work: Work) -> Sequence[int]:
    return store.living_ids(work.db)


def changes_after(work: Work, seq: int) -> tuple[set[int], int]:
    return store.changes_after(work.db, seq)


def last_change(work: Work) -> int:
    return store.last_change(work.db)


def audiences(work: Work, some: Sequence[Dataset]) -> Mapping[int, Audience]:
    """The audience of each dataset, by its id."""
    rules = store.rulesets_of(work.db, [one.id for one in some])
    return {one.id: _audience(one, rules.get(one.id, ())) for one in some}


def _audience(dataset: Dataset, rules: Sequence[tuple[str, Ruleset]]) -> Audience:
    securities = [Security.from_json(rule.security) for _, rule in rules]
    if not dataset.is_restricted:
        securities.append(Security.from_json(dataset.default_security))
    return Audience(tuple(principal for principal, _ in rules), security.shared(securities))


def _readables(work: Work, some: Sequence[Dataset]) -> Iterator[ReadableDataset]:
    published = [one for one in some if one.is_published]
    rules = _rules_held(work, [one.id for one in published])
    for one in published:
        seen = _decided(work.actor, one, rules.get(one.id, ()))
        if seen is not None:
            yield ReadableDataset(one, seen)


def _access(work: Work, dataset: Dataset) -> Access | None:
    return _decided(work.actor, dataset, _rules_held(work, [dataset.id]).get(dataset.id, ()))


def _rules_held(work: Work, dataset_ids: Sequence[int]) -> dict[int, list[Ruleset]]:
    found: dict[int, list[Ruleset]] = {}
    for rule in store.rulesets_held(work.db, work.actor, dataset_ids):
        found.setdefault(rule.dataset_id, []).append(rule)
    return found


def _decided(actor: Actor, dataset: Dataset, rules: Sequence[Ruleset]) -> Access | None:
    held = [(rule.security, rule.permissions) for rule in rules]
    return security.decided(actor, dataset.is_restricted, dataset.default_security, held)


def _managed(work: Work, name: str, needed: Sequence[str]) -> Dataset:
    """A dataset on which the actor holds one of the permissions, by a ruleset or portal-wide."""
    _signed_in(work.actor)
    dataset = store.by_uid(work.db, name) or store.by_slug(work.db, name)
    if dataset is None:
        raise _unknown(name)
    held = _permissions(work, dataset)
    # Portal-wide, `publish_dataset` alone opens nothing: it needs the right to edit beside it.
    if held & set(needed) or work.actor.may("edit_dataset"):
        return dataset
    if held & set(KNOWING) or (dataset.is_published and _access(work, dataset) is not None):
        raise Denied("You may not change this dataset.", code="dataset.edit_denied")
    raise _unknown(name)


def _permissions(work: Work, dataset: Dataset) -> frozenset[str]:
    rules = store.rulesets_held(work.db, work.actor, [dataset.id])
    return frozenset().union(*(_effective(work.actor, rule.permissions) for rule in rules))


def _effective(actor: Actor, permissions: Sequence[str]) -> frozenset[str]:
    return frozenset(name for name in permissions if actor.key_allows(name))


def _signed_in(actor: Actor) -> None:
    if not actor.is_signed_in and not actor.permissions:
        raise Unauthenticated("An API key is needed for this.", code="key.missing")


def _unknown(name: str) -> NotFound:
    return NotFound(f"Unknown dataset: {name}", code="dataset.unknown", name=name)
