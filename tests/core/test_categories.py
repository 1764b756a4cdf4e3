"""The portal's categories, and the datasets that stand under them."""

from collections.abc import Sequence

import pytest
from tests.core.support import ADMIN, dataset, deletion, person, rule, secure, shown
from tests.support.saying import says

from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.terms.model import Term
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import Conflict, Denied, Invalid, NotFound


def _added(portal: Portal, name: str, slug: str | None = None) -> Term:
    with portal.writing(SYSTEM) as work:
        return categories.add(work, name, slug)


def _put(portal: Portal, uid: str, *terms: Term, actor: Actor = ADMIN) -> None:
    with portal.writing(actor) as work:
        categories.put(work, datasets.editable(work, uid), terms)


def _of(portal: Portal, uids: Sequence[str]) -> list[list[str]]:
    with portal.reading(ADMIN) as work:
        ids = [datasets.viewable(work, uid).dataset.id for uid in uids]
        found = categories.of(work, ids)
        return [[one.name("en") for one in found[number]] for number in ids]


def test_a_category_has_a_number_a_name_and_a_slug_that_stays(portal: Portal) -> None:
    made = _added(portal, "Fire & Rescue")
    assert (made.slug, made.name("en")) == ("fire-rescue", "Fire & Rescue")
    with portal.writing(SYSTEM) as work:
        assert categories.rename(work, "fire-rescue", "Fires").id == made.id
    with portal.reading(ANONYMOUS) as work:
        assert [one.name("en") for one in categories.all_(work)] == ["Fires"]
        assert categories.by_slug(work, "fire-rescue").id == made.id
        assert categories.by_ids(work, [made.id, made.id])[0].uid == made.uid
        for unknown in ("fires", "", "uncategorized"):
            with pytest.raises(NotFound) as caught:
                categories.by_slug(work, unknown)
            assert caught.value.code == "category.unknown"
        with pytest.raises(NotFound):
            categories.by_ids(work, [made.id, 999])


@pytest.mark.parametrize(
    ("name", "slug", "error"),
    [
        pytest.param("All", None, Conflict, id="panda-3.3-reserved-all"),
        pytest.param("uncategorized", None, Conflict, id="panda-3.3-reserved-uncategorized"),
        pytest.param("Everything", "all", Conflict, id="panda-3.3-reserved-slug"),
        pytest.param("x" * 65, None, Invalid, id="panda-3.3-name-of-65"),
        pytest.param(" ", None, Invalid, id="panda-3.3-no-name"),
        pytest.param("a\nb", None, Invalid, id="panda-3.3-two-lines"),
        pytest.param("火", None, Invalid, id="panda-3.3-no-slug"),
        pytest.param("Fine", "Not Fine", Invalid, id="panda-3.3-wrong-slug"),
        pytest.param("TAKEN", None, Conflict, id="panda-3.3-taken-name"),
        pytest.param("Other", "taken", Conflict, id="panda-3.3-taken-slug"),
    ],
)
def test_a_category_that_cannot_be_is_refused(
    portal: Portal, name: str, slug: str | None, error: type[Exception]
) -> None:
    with portal.writing(SYSTEM) as work:
        if not any(one.slug == "taken" for one in categories.all_(work)):
            categories.add(work, "Taken")
    with portal.writing(SYSTEM) as work, pytest.raises(error):
        categories.add(work, name, slug)


@says("panda-7-limit-category")
def test_names_of_64_characters_and_of_other_letters_are_fine(portal: Portal) -> None:
    assert _added(portal, "y" * 64).slug == "y" * 64
    assert _added(portal, "火", "fire").name("en") == "火"


def test_a_dataset_stands_under_what_it_was_put_under_last(portal: Portal) -> None:
    one, two = _added(portal, "One"), _added(portal, "Two")
    first, second = dataset(portal), dataset(portal)
    _put(portal, first, two, one, two)
    _put(portal, second, two)
    assert _of(portal, [first, second]) == [["One", "Two"], ["Two"]]
    _put(portal, first, one)
    assert _of(portal, [first, second]) == [["One"], ["Two"]]
    with portal.writing(SYSTEM) as work:
        categories.remove(work, "two")
    assert _of(portal, [first, second]) == [["One"], []]
    with portal.reading(ADMIN) as work, pytest.raises(NotFound):
        categories.dataset_ids(work, "two")


def test_every_change_is_noted_for_the_catalogue(portal: Portal) -> None:
    term, uid = _added(portal, "Noted"), dataset(portal)
    with portal.reading(ADMIN) as work:
        number, seq = datasets.viewable(work, uid).dataset.id, datasets.last_change(work)

    def noted() -> bool:
        nonlocal seq
        with portal.reading(ADMIN) as work:
            changed, seq = datasets.changes_after(work, seq)
        return changed == {number}

    _put(portal, uid, term)
    assert noted()
    _put(portal, uid, term)
    assert not noted(), "nothing changed"
    with portal.writing(SYSTEM) as work:
        categories.rename(work, "noted", "Marked")
    assert noted()
    with portal.writing(SYSTEM) as work:
        categories.remove(work, "noted")
    assert noted()


def test_only_datasets_that_the_reader_may_see_are_counted(portal: Portal) -> None:
    term = _added(portal, "Counted")
    uids = [dataset(portal) for _ in range(4)]
    for uid in uids[:3]:
        _put(portal, uid, term)
        shown(portal, uid)
    shown(portal, uids[3])
    secure(portal, uids[0], is_restricted=True)
    _put(portal, dataset(portal), term)  # never published
    reader, stranger = person(portal), person(portal)
    rule(portal, uids[0], reader)

    def counted(actor: Actor) -> int:
        with portal.reading(actor) as work:
            return categories.counts(work).by_id[term.id]

    assert [counted(actor) for actor in (ADMIN, reader, stranger, ANONYMOUS)] == [3, 3, 2, 2]
    with portal.reading(ANONYMOUS) as work:
        before = categories.counts(work).uncategorized
        assert uids[3] in [
            one.uid for one in datasets.by_ids(work, list(categories.dataset_ids(work, "uncategorized")))
        ]
        assert len(categories.dataset_ids(work, "counted")) == 4
    _put(portal, uids[3], term)
    with portal.reading(ANONYMOUS) as work:
        assert categories.counts(work).uncategorized == before - 1
    assert deletion(portal, uids[1]).run() == "done"
    assert counted(ADMIN) == 3
    with portal.reading(ANONYMOUS) as work:
        assert len(categories.dataset_ids(work, "counted")) == 4, "the removed one went, another came"


def test_who_sees_what_is_said_alike_for_one_dataset_and_for_all(portal: Portal) -> None:
    uids = [dataset(portal) for _ in range(6)]
    for uid in uids[1:]:
        shown(portal, uid)
    for uid in uids[2:]:
        secure(portal, uid, is_restricted=True)
    one, member = person(portal), person(portal, groups=["desk"])
    sees_all = person(portal, "explore_restricted_dataset")
    rule(portal, uids[3], one)
    rule(portal, uids[4], "desk", is_data_visible=False)
    rule(portal, uids[5], "members")
    for actor in (ANONYMOUS, one, member, sees_all, ADMIN, person(portal)):
        with portal.reading(actor) as work:
            found = {one.uid for one in datasets.by_ids(work, datasets.readable_ids(work))}
            assert found & set(uids) == {one.dataset.uid for one in datasets.readable_by_uids(work, uids)}


def test_only_who_administers_the_portal_keeps_categories(portal: Portal) -> None:
    _added(portal, "Kept")
    with portal.writing(person(portal, "edit_dataset")) as work:
        with pytest.raises(Denied):
            categories.add(work, "Mine")
        with pytest.raises(Denied):
            categories.rename(work, "kept", "Mine")
        with pytest.raises(Denied):
            categories.remove(work, "kept")
