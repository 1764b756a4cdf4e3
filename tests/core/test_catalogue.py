"""The queryable catalogue: it follows what happens, and tells nobody of more than they may know."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.core.support import (
    ADMIN,
    dataset,
    deletion,
    drop,
    listed,
    live,
    opened,
    person,
    publication,
    published,
    put,
    rule,
    secure,
    shown,
    source,
    withdrawal,
)

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import Invalid, NotFound


def _where(portal: Portal, uid: str, where: str) -> bool:
    """Whether the administrator finds a dataset so."""
    return uid in listed(portal, where=where)


def test_it_follows_a_dataset_through_its_life(portal: Portal) -> None:
    uid = dataset(portal, title="A life")
    resource = source(portal, uid, "name,size\na,1\nb,2\n")
    assert uid not in listed(portal)
    job = publication(portal, uid)
    for step in ("begin", "fetch", "build"):
        job.step(step)
        assert uid not in listed(portal)
    job.step("swap")
    assert _where(portal, uid, "records_count = 2 and has_records = true")
    job.plan.ended(job.uid)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid).dataset
        editable.metadata_draft = {
            **editable.metadata_draft,
            "default": {
                **editable.metadata_draft["default"],
                "title": {"value": "Another life", "remote_value": None, "override_remote_value": False},
            },
        }
    assert _where(portal, uid, "title = 'A life'")
    publication(portal, uid).run()
    assert _where(portal, uid, "title = 'Another life'")
    withdrawal(portal, uid).run()
    assert uid not in listed(portal)
    publication(portal, uid).run()
    assert uid in listed(portal)
    deletion(portal, uid)
    assert uid not in listed(portal)
    assert resource


def test_it_follows_live_rows(portal: Portal) -> None:
    uid, resource = live(portal)
    assert _where(portal, uid, "records_count = 0")
    put(portal, uid, resource, {"key": "a", "name": "a"}, {"key": "b", "name": "b"})
    assert _where(portal, uid, "records_count = 2")
    drop(portal, uid, resource, "a")
    assert _where(portal, uid, "records_count = 1")
    drop(portal, uid, resource)
    assert _where(portal, uid, "records_count = 0")


def test_it_follows_rules(portal: Portal) -> None:
    uid, _ = live(portal)
    actor = person(portal)
    secure(portal, uid, is_restricted=True)
    assert uid not in listed(portal, ANONYMOUS)
    assert uid not in listed(portal, actor)
    assert uid in listed(portal)
    rule(portal, uid, actor)
    assert uid in listed(portal, actor)
    assert uid not in listed(portal, person(portal))
    rule(portal, uid, "members")
    assert uid in listed(portal, person(portal))
    assert uid not in listed(portal, ANONYMOUS)
    secure(portal, uid)
    assert uid in listed(portal, ANONYMOUS)


def test_words_of_titles_descriptions_and_keywords_are_found_and_others_not(portal: Portal) -> None:
    uid = dataset(
        portal, title="Bäume der Stadt", description="Every zelkova", keyword=["arboretum", "öffentlich"]
    )
    shown(portal, uid)
    actor = person(portal)
    rule(portal, uid, actor)
    for word in ("baume", "ZELKOVA", "arboretum", "oeffentlich", "öffentlich", "zelk*"):
        found = _where(portal, uid, f"'{word}'")
        assert found == (word != "oeffentlich")
    assert uid in listed(portal, where="keyword = 'arboretum'")
    assert actor.username is not None
    assert listed(portal, where=f"'{actor.username}'") == []
    assert listed(portal, where="'group'") == []


@pytest.mark.parametrize("name", ["principals", "restricted", "_key", "_id"])
def test_what_permissions_ask_about_nobody_else_may(portal: Portal, name: str) -> None:
    with pytest.raises(Invalid):
        listed(portal, where=f"{name} is not null")
    with pytest.raises(Invalid):
        listed(portal, order_by=name)


def test_a_condition_tells_nothing_of_rows_and_fields_that_somebody_may_not_see(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\nb,2\n")
    assert _where(portal, uid, "records_count = 2")
    assert _where(portal, uid, "features = 'analyze'")
    secure(portal, uid, filter_query="size = 1")
    assert uid in listed(portal, ANONYMOUS)
    for actor in (ANONYMOUS, ADMIN):
        assert uid not in listed(portal, actor, where="records_count >= 0")
        assert uid in listed(portal, actor, where="has_records = true")
    secure(portal, uid, visible_fields=["name"])
    assert not _where(portal, uid, "features = 'analyze'")
    assert _where(portal, uid, "records_count = 2")
    secure(portal, uid)
    rule(portal, uid, person(portal), is_data_visible=False)
    assert not _where(portal, uid, "records_count >= 0")


def test_pages_are_exact_and_in_order(portal: Portal) -> None:
    everything = listed(portal)
    assert listed(portal, limit=2, offset=1) == everything[1:3]
    assert listed(portal, order_by="dataset_id desc") == everything[::-1]


def test_it_is_made_anew_at_start(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        kept, _ = live(portal, [{"name": "a"}])
        gone, _ = live(portal)
        unpublished = dataset(portal)
        assert listed(portal, ANONYMOUS) == [kept, gone]
        deletion(portal, gone)
    with opened(tmp_path) as portal:
        assert listed(portal, ANONYMOUS) == [kept]
        assert listed(portal, where="records_count = 1") == [kept]
        shown(portal, unpublished)
        assert listed(portal, ANONYMOUS) == [kept, unpublished]


def test_a_dataset_whose_rows_went_meanwhile_counts_none(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    resource = source(portal, uid)
    put(portal, uid, resource, {"name": "b"})
    with portal.writing(ADMIN) as work:
        resources.remove(work, datasets.editable(work, uid), resource)
    with portal.reading(SYSTEM) as work:
        dataset_id = datasets.readable(work, uid).dataset.id
        generation = tables.currents(work, [dataset_id])[dataset_id]
        assert tables.count(work, generation) == 2
        withdrawal(portal, uid).run()
        assert tables.count(work, generation) == 0
    assert uid not in listed(portal)


def test_what_could_not_be_taken_up_is_taken_up_the_next_time(portal: Portal) -> None:
    uid, resource = live(portal)
    put(portal, uid, resource, {"name": "a"})
    ref = portal.catalogue.ref
    assert ref is not None
    portal.catalogue.ref = type(ref)("nowhere", 1)
    with pytest.raises(NotFound):
        catalogue.follow(portal)
    portal.catalogue.ref = ref
    assert _where(portal, uid, "records_count = 1")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2024-01-01", "\x00", "a" * 70_000]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = ("description", "publisher", "keyword", "theme", "license", "language", "modified")


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), json_values))
def test_no_metadata_breaks_it(portal: Portal, metadata: dict[str, Any]) -> None:
    """Not even what was kept before values were checked."""
    uid = dataset(portal)
    with portal.writing(ADMIN) as work:
        kept = datasets.editable(work, uid).dataset
        fields = {name: meta.triple(value) for name, value in metadata.items()}
        kept.metadata_draft = {"default": fields, "unknown": fields}
    shown(portal, uid)
    assert uid in listed(portal, ANONYMOUS)


def test_everybody_is_told_of_exactly_the_datasets_that_they_may_read(tmp_path: Path) -> None:
    chance = random.Random(7)
    groups = ["north", "south", "members"]
    with opened(tmp_path) as portal:
        with portal.writing(SYSTEM) as work:
            for uid in groups[:2]:
                people.add_group(work, uid)
        actors = [
            ANONYMOUS,
            ADMIN,
            *(
                person(
                    portal,
                    *chance.sample(
                        ["explore_restricted_dataset", "edit_dataset"], chance.choice([0, 0, 0, 1])
                    ),
                    groups=chance.sample(groups[:2], chance.choice([0, 0, 1, 2])),
                    key_permissions=chance.choice([None, None, []]),
                )
                for _ in range(48)
            ),
        ]
        uids = [dataset(portal) for _ in range(50)]
        for uid in uids:
            if chance.random() < 0.8:
                shown(portal, uid)
            secure(portal, uid, is_restricted=chance.random() < 0.6)
            holders: list[str | Actor] = [
                *chance.sample(groups, chance.choice([0, 0, 1])),
                *chance.sample(actors[1:], 3),
            ]
            for holder in holders:
                permissions = chance.sample(
                    ["explore_restricted_dataset", "edit_dataset"], chance.choice([0, 0, 1])
                )
                rule(portal, uid, holder, *permissions, is_data_visible=chance.random() < 0.9)
        for actor in actors:
            assert sorted(listed(portal, actor)) == sorted(uid for uid in uids if _reads(portal, actor, uid))


def _reads(portal: Portal, actor: Actor, uid: str) -> bool:
    with portal.reading(actor) as work:
        try:
            datasets.readable(work, uid)
        except NotFound:
            return False
    return True
