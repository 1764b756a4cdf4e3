"""Managed files: numbers, public names, whose they are, when they go."""

import io

import pytest
from tests.core.support import ADMIN, person

from colonnade.core import blobs, uploads
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.uploads import StoredFile
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Invalid, NotFound, PortalError
from colonnade.files.port import Blob


def _stored(portal: Portal, name: str, content: str = "a\n1\n") -> StoredFile:
    return uploads.keep(portal, io.BytesIO(content.encode()), filename=name)


def _kept(
    portal: Portal, sent: str, *, name: str | None = None, content: str = "a\n1\n", actor: Actor = ADMIN
) -> ManagedFile:
    stored = _stored(portal, sent, content)
    with portal.writing(actor) as work:
        return managedfiles.keep(work, stored, name=name)


def _held(portal: Portal, node: int, place: str, *numbers: int, actor: Actor = ADMIN) -> None:
    with portal.writing(actor) as work:
        managedfiles.hold(work, node, place, numbers)


def _digests(portal: Portal) -> set[str]:
    return set(portal.blobs.digests())


def test_a_name_that_is_taken_gets_a_number_and_the_file_keeps_its_own(portal: Portal) -> None:
    """dkan-9-name-clash"""
    made = [_kept(portal, "clash.csv") for _ in range(4)]
    assert [one.uri for one in made] == [
        "public://clash.csv",
        "public://clash_0.csv",
        "public://clash_1.csv",
        "public://clash_2.csv",
    ]
    assert {one.filename for one in made} == {"clash.csv"}
    assert len({one.id for one in made}) == len({one.uuid for one in made}) == 4


@pytest.mark.parametrize(
    ("sent", "name", "uri"),
    [
        pytest.param("plain.csv", None, "public://plain.csv", id="its-own"),
        pytest.param("../../etc/passwd.csv", None, "public://passwd.csv", id="no-path-of-the-machine"),
        pytest.param("x.csv", "sub/folder/x.csv", "public://sub/folder/x.csv", id="a-folder-that-is-wanted"),
        pytest.param("x.csv", "public://sub2/x.csv", "public://sub2/x.csv", id="a-whole-uri"),
        pytest.param("x.csv", "a/../../../b/./x.csv", "public://a/b/x.csv", id="no-steps-upwards"),
        pytest.param("x.csv", "//\x00", "public://file", id="nothing-left"),
        pytest.param('a<b>"c.csv', None, "public://abc.csv", id="no-signs-of-markup"),
    ],
)
def test_public_names_are_harmless(portal: Portal, sent: str, name: str | None, uri: str) -> None:
    assert _kept(portal, sent, name=name).uri == uri


@pytest.mark.parametrize("name", sorted(managedfiles.EXTENSIONS))
def test_extensions_that_are_taken(name: str) -> None:
    """dkan-9-extensions"""
    managedfiles.check_extension(f"file.{name.upper()}")


@pytest.mark.parametrize("name", ["x.php", "x", "x.csv.exe", ".csv", "csv"])
def test_extensions_that_are_not(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        managedfiles.check_extension(name)
    assert refused.value.code == "managedfile.extension"


def test_a_node_holds_files_and_lets_them_go(portal: Portal) -> None:
    first = _kept(portal, "first.csv", content="first")
    second = _kept(portal, "second.csv", content="second")
    assert first.digest is not None
    _held(portal, 900, "field_upload", first.id)
    _held(portal, 900, "field_image", second.id)
    _held(portal, 900, "field_upload", first.id)
    with portal.reading(SYSTEM) as work:
        assert [one.id for one in managedfiles.of_nodes(work, [900, 901])[900]] == [first.id, second.id]
        assert managedfiles.by_name(work, "first.csv").place == "field_upload"
    _held(portal, 900, "field_upload")
    with portal.reading(SYSTEM) as work, pytest.raises(NotFound):
        managedfiles.by_id(work, first.id)
    assert first.digest not in _digests(portal)
    assert second.digest in _digests(portal)
    with portal.writing(SYSTEM) as work:
        managedfiles.remove_of(work, 900)
        managedfiles.remove_of(work, 900)
    assert second.digest not in _digests(portal)


def test_a_content_stays_while_anybody_has_it(portal: Portal) -> None:
    one, two = (_kept(portal, "same.csv", content="the same") for _ in range(2))
    _held(portal, 910, "field_upload", one.id)
    _held(portal, 911, "field_upload", two.id)
    _held(portal, 910, "field_upload")
    assert one.digest in _digests(portal)
    with portal.reading(SYSTEM) as work:
        assert [use.kind for use in blobs.uses(work) if use.digest == one.digest] == ["public file"]
    _held(portal, 911, "field_upload")
    assert one.digest not in _digests(portal)


def test_nobody_takes_the_file_of_another(portal: Portal) -> None:
    ada, bob = person(portal), person(portal)
    free = _kept(portal, "free.csv", actor=ada)
    theirs = _kept(portal, "theirs.csv", actor=ada)
    _held(portal, 920, "field_upload", theirs.id, actor=ada)

    def code(number: int, actor: Actor) -> str:
        with pytest.raises(PortalError) as refused:
            _held(portal, 921, "field_upload", number, actor=actor)
        return refused.value.code

    assert code(free.id, bob) == code(theirs.id, ada) == code(theirs.id, bob) == code(10**6, ada)
    _held(portal, 921, "field_upload", free.id, actor=ada)


def test_a_file_on_another_server_has_a_number_and_no_content(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        file = managedfiles.remote(work, "https://example.org/a%20b/data.tsv?x=1")
        nameless = managedfiles.remote(work, "http://example.org")
    assert (file.filename, file.mimetype, file.digest, file.name) == (
        "data.tsv",
        "text/tab-separated-values",
        None,
        "",
    )
    assert (file.stored, file.copy, nameless.filename) == (None, None, "example.org")


@pytest.mark.parametrize(
    "url", ["", "x.csv", "ftp://example.org/x.csv", "http:///x", "http://[", "public://x.csv"]
)
def test_an_address_is_one_of_the_web(portal: Portal, url: str) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid):
        managedfiles.remote(work, url)


def test_what_came_from_there_is_kept_until_something_else_comes(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        file = managedfiles.remote(work, "http://example.org/x.csv")

    def came(content: str) -> Blob:
        stored = _stored(portal, "x", content)
        blob = Blob(stored.digest, stored.size)
        with portal.writing(SYSTEM) as work:
            managedfiles.fetched(work, file.id, blob)
        return blob

    old = came("old content")
    assert old.digest in _digests(portal)
    new = came("new content")
    assert (old.digest in _digests(portal), new.digest in _digests(portal)) == (False, True)
    with portal.reading(SYSTEM) as work:
        found = managedfiles.by_id(work, file.id).copy
    assert found is not None
    assert (found.digest, found.size) == (new.digest, new.size)


def test_files_that_nobody_took_go_after_a_day(portal: Portal) -> None:
    file = _kept(portal, "orphan.csv", content="orphan")
    kept = _kept(portal, "kept.csv", content="kept")
    _held(portal, 930, "field_upload", kept.id)
    with portal.writing(SYSTEM) as work:
        managedfiles.clear_orphans(work)
        for one in (file, kept):
            managedfiles.by_id(work, one.id).created_at -= 2 * managedfiles.ORPHANED_AFTER
    with portal.writing(SYSTEM) as work:
        assert managedfiles.clear_orphans(work) == ["orphan.csv"]
    assert (file.digest in _digests(portal), kept.digest in _digests(portal)) == (False, True)
