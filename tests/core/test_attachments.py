"""Files beside the rows: who shares a content, when it goes, who may have it."""

import io
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.support import ADMIN, dataset, deletion, person, rule, secure, shown, source

from colonnade.core import blobs, uploads
from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.datasets import service as datasets
from colonnade.core.uploads import StoredFile
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Denied, Invalid, LimitReached, NotFound


def _keep(portal: Portal, content: bytes, name: str = "notes.txt") -> StoredFile:
    return uploads.keep(portal, io.BytesIO(content), filename=name)


def _attach(portal: Portal, uid: str, content: bytes, name: str = "notes.txt") -> Attachment:
    stored = _keep(portal, content, name)
    with portal.writing(ADMIN) as work:
        return attachments.add(work, datasets.editable(work, uid), stored)


def _detach(portal: Portal, uid: str, attachment: str) -> None:
    with portal.writing(ADMIN) as work:
        attachments.remove(work, datasets.editable(work, uid), attachment)


def _offer(portal: Portal, uid: str, content: bytes | None = None) -> AlternativeExport:
    """A file, or without a content an address."""
    kind, url = ("uploaded_file", None) if content is not None else ("url", "https://files.example/")
    given = exports.checked(title="All", kind=kind, description=None, url=url, has_file=content is not None)
    stored = None if content is None else _keep(portal, content, "all.zip")
    with portal.writing(ADMIN) as work:
        return exports.add(work, datasets.editable(work, uid), given, stored)


def _copy(portal: Portal, uid: str) -> str:
    target = dataset(portal)
    with portal.writing(ADMIN) as work:
        attachments.copied(work, datasets.viewable(work, uid), datasets.editable(work, target))
    return target


def _is_stored(portal: Portal, file: Attachment | AlternativeExport) -> bool:
    return file.digest in set(portal.blobs.digests())


def test_a_copy_shares_contents_and_has_uids_of_its_own(portal: Portal) -> None:
    uid = dataset(portal)
    attached, offered, link = (
        _attach(portal, uid, b"shared"),
        _offer(portal, uid, b"made"),
        _offer(portal, uid),
    )
    copy = _copy(portal, uid)
    with portal.reading(ADMIN) as work:
        viewable = datasets.viewable(work, copy)
        (file,), _ = attachments.page(work, viewable, limit=10, offset=0)
        made, _ = exports.page(work, viewable, limit=10, offset=0)
    assert file.stored == attached.stored
    assert [one.stored for one in made] == [offered.stored, None]
    assert [(one.title, one.url) for one in made] == [("All", None), ("All", link.url)]
    assert not {attached.uid, offered.uid, link.uid} & {file.uid, *(one.uid for one in made)}
    _detach(portal, uid, attached.uid)
    assert _is_stored(portal, attached)
    _detach(portal, copy, file.uid)
    assert not _is_stored(portal, attached)


@pytest.mark.parametrize("times", [1, 2])
def test_a_deleted_dataset_leaves_the_contents_that_others_use(portal: Portal, times: int) -> None:
    uid = dataset(portal)
    alone, both = _attach(portal, uid, b"alone"), _attach(portal, uid, b"both")
    made, as_source = _offer(portal, uid, b"made for this one"), _attach(portal, uid, b"a\n1\n")
    _offer(portal, uid)
    other = dataset(portal)
    source(portal, other, "a\n1\n")
    _attach(portal, other, b"both")
    assert deletion(portal, uid).run(times=times) == "done"
    assert [_is_stored(portal, one) for one in (alone, both, made, as_source)] == [False, True, False, True]


def test_every_use_of_a_content_is_told(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "a\nused thrice\n")
    attached = _attach(portal, uid, b"a\nused thrice\n")
    _offer(portal, uid, b"a\nused thrice\n")
    with portal.reading(SYSTEM) as work:
        found = [use for use in blobs.uses(work) if use.digest == attached.digest]
        assert blobs.unused(work, [attached.digest, "f" * 64]) == ["f" * 64]
    assert [(one.kind, one.filename) for one in found] == [
        ("file", "data.csv"),
        ("attachment", "notes.txt"),
        ("alternative export", "all.zip"),
    ]


def test_content_stays_while_somebody_copies(portal: Portal) -> None:
    uid = dataset(portal)
    attached = _attach(portal, uid, b"being copied")
    with portal.retention.hold():
        _detach(portal, uid, attached.uid)
        assert _is_stored(portal, attached)
    assert not _is_stored(portal, attached)


def test_content_that_went_between_upload_and_use_is_not_taken_up(portal: Portal) -> None:
    uid = dataset(portal)
    stored = _keep(portal, b"gone in between")
    blobs.remove_unused(portal, [stored.digest])
    with pytest.raises(NotFound), portal.writing(ADMIN) as work:
        attachments.add(work, datasets.editable(work, uid), stored)
    given = exports.checked(title="t", kind="uploaded_file", description="", url=None, has_file=True)
    with pytest.raises(NotFound), portal.writing(ADMIN) as work:
        exports.add(work, datasets.editable(work, uid), given, stored)


def test_a_removal_that_is_rolled_back_removes_no_content(portal: Portal) -> None:
    uid = dataset(portal)
    attached = _attach(portal, uid, b"still here")

    def remove_twice() -> None:
        with portal.writing(ADMIN) as work:
            for _ in range(2):
                attachments.remove(work, datasets.editable(work, uid), attached.uid)

    with pytest.raises(NotFound):
        remove_twice()
    assert _is_stored(portal, attached)


def test_a_file_beside_the_rows_is_a_change_of_the_dataset(portal: Portal) -> None:
    uid = dataset(portal)
    editor = person(portal)
    rule(portal, uid, editor, "edit_dataset")
    stored = _keep(portal, b"by an editor")
    with portal.writing(editor) as work:
        attachments.add(work, datasets.editable(work, uid), stored)
    with portal.reading(ADMIN) as work:
        assert datasets.viewable(work, uid).dataset.updated_by == editor.username


def _seen_by(portal: Portal, actor: Actor, *uids: str) -> list[tuple[int, int]]:
    """How many attachments and alternative exports of each dataset an actor sees."""
    with portal.reading(actor) as work:
        readables = [datasets.readable(work, uid) for uid in uids]
        attached, made = attachments.of_readables(work, readables), exports.of_readables(work, readables)
    return [(len(one), len(other)) for one, other in zip(attached, made, strict=True)]


@pytest.mark.parametrize(
    ("security", "made"),
    [
        ({}, 2),
        ({"filter_query": "a = 1"}, 0),
        ({"visible_fields": ["a"]}, 0),
        ({"visible_fields": []}, 0),
        ({"is_data_visible": False}, 0),
    ],
)
def test_what_holds_all_records_is_for_who_may_see_all_records(
    portal: Portal, security: dict[str, Any], made: int
) -> None:
    uid = dataset(portal)
    _attach(portal, uid, b"about it")
    export = _offer(portal, uid, b"all of it")
    _offer(portal, uid)
    shown(portal, uid)
    secure(portal, uid, **security)
    stranger, inspector = person(portal), person(portal, "explore_restricted_dataset")
    assert _seen_by(portal, stranger, uid) == [(1, made)]
    assert _seen_by(portal, inspector, uid) == [(1, 2)]
    with portal.reading(stranger) as work:
        readable = datasets.readable(work, uid)
        if made:
            assert exports.readable_one(work, readable, export.uid).uid == export.uid
        else:
            with pytest.raises(NotFound):
                exports.readable_one(work, readable, export.uid)


def test_files_of_several_datasets_come_in_their_order(portal: Portal) -> None:
    uids = [dataset(portal) for _ in range(3)]
    for number, uid in enumerate(uids):
        shown(portal, uid)
        for one in range(number):
            _attach(portal, uid, f"{number} {one}".encode())
            _offer(portal, uid)
    assert _seen_by(portal, ADMIN, *reversed(uids)) == [(2, 2), (1, 1), (0, 0)]
    assert _seen_by(portal, ADMIN) == []


def test_a_dataset_has_so_many_files_beside_its_rows_and_no_more(portal: Portal) -> None:
    uid = dataset(portal)
    given = exports.checked(title="x", kind="url", description=None, url="https://a.example/", has_file=False)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        for _ in range(attachments.MAX_OF_A_KIND):
            exports.add(work, editable, given)
        with pytest.raises(LimitReached) as found:
            exports.add(work, editable, given)
        assert found.value.facts["limit"] == attachments.MAX_OF_A_KIND
    _attach(portal, uid, b"of the other kind")


def test_an_export_is_checked_before_anything_is_stored() -> None:
    with pytest.raises(Invalid) as found:
        exports.checked(title="", kind="uploaded_file", description="d" * 20_001, url=None, has_file=False)
    assert sorted(found.value.fields) == ["description", "file", "title"]


def test_a_content_beyond_the_limit_is_not_kept(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(portal.blobs.digests())
    monkeypatch.setitem(portal.settings.__dict__, "max_upload_bytes", 10)
    with pytest.raises(LimitReached):
        _keep(portal, b"x" * 11)
    assert set(portal.blobs.digests()) == before


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_is_no_path(name: str) -> None:
    safe = uploads.safe_filename(name)
    assert 0 < len(safe) <= uploads.MAX_NAME
    assert safe.isprintable()
    assert PurePosixPath(safe).name == safe
    assert safe not in {".", ".."}
    assert uploads.safe_filename(safe) == safe
    safe.encode()


@pytest.mark.parametrize(
    ("suffix", "kept"), [(".csv", ".csv"), (".tar.gz", ".gz"), ("." + "y" * 300, ""), ("", "")]
)
def test_a_long_name_keeps_a_short_suffix(suffix: str, kept: str) -> None:
    safe = uploads.safe_filename("x" * 10_000 + suffix)
    assert len(safe) == uploads.MAX_NAME
    assert PurePosixPath(safe).suffix == kept


@given(st.text(max_size=40), st.binary(max_size=20))
def test_a_type_is_one_that_a_header_can_have(name: str, head: bytes) -> None:
    found = uploads.mimetype_of(name, head)
    assert found is None or (found.isascii() and found.isprintable() and found.count("/") == 1)


def test_files_beside_the_rows_have_titles_and_who_sent_them(portal: Portal) -> None:
    """panda 3.5."""
    ada, bob = person(portal), person(portal)
    uid, hidden = dataset(portal), dataset(portal)
    shown(portal, uid)
    rule(portal, uid, ada, "edit_dataset")
    with portal.writing(ada) as work:
        editable = datasets.editable(work, uid)
        added = attachments.add(work, editable, _keep(portal, b"mine"), title="Mine")
        assert (added.created_by, added.created_by_id) == (ada.username, ada.person_id)
    unseen = _attach(portal, hidden, b"not shown")
    with portal.reading(bob) as work:
        listed, total = attachments.everywhere(work)
        assert added.id in [one.id for one in listed]
        assert unseen.id not in [one.id for one in listed]
        assert (len(listed), attachments.everywhere(work, limit=0)) == (total, ([], total))
        assert attachments.some(work, [added.id, unseen.id]) == [attachments.by_id(work, added.id)]
        assert attachments.downloaded(work, added.id).title == "Mine"
        with pytest.raises(NotFound):
            attachments.by_id(work, unseen.id)
    with portal.writing(bob) as work:
        with pytest.raises(Denied):
            attachments.retitle_by_id(work, added.id, "Bob's")
        with pytest.raises(Denied):
            attachments.remove_by_id(work, added.id)
    with portal.writing(ada) as work:
        assert attachments.retitle_by_id(work, added.id, None).title == "Mine"
        assert attachments.retitle_by_id(work, added.id, "Ours").title == "Ours"
        with pytest.raises(Invalid):
            attachments.retitle_by_id(work, added.id, "x" * 257)
    with portal.writing(ada) as work:
        attachments.remove_by_id(work, added.id)
    with portal.reading(ada) as work, pytest.raises(NotFound):
        attachments.by_id(work, added.id)
