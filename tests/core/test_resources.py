"""Resources of the core: sources that are fetched, and looks at them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.core.support import ADMIN, dataset, opened, source
from tests.net.support import Site, served

from colonnade.core.connections import fetching, sources
from colonnade.core.connections.fetching import FetchedFile
from colonnade.core.datasets import service as datasets
from colonnade.core.publishing import downloads
from colonnade.core.resources import contents, looking
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import UploadedFile
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Invalid, PortalError


class _StoppedError(PortalError):
    """Somebody asked to stop."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), allow_private_fetch=True) as one:
        yield one


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        yield one


def _given(url: str) -> dict[str, Any]:
    return {"connection": {"type": "http", "url": url}, "relative_url": "rows.csv"}


def _fetched(portal: Portal, place: str, url: str) -> tuple[int, int]:
    """A new resource that is fetched from an address; the ids of its dataset and of itself."""
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, place)
        made = resources.add(work, editable, title="Far", extractor="csvfile", http=_given(url))
        return editable.dataset.id, made.id


def _kept(portal: Portal, resource_id: int, dataset_id: int) -> UploadedFile | None:
    with portal.reading(SYSTEM) as work:
        found = next(one for one in resources.of_dataset(work, dataset_id) if one.id == resource_id)
        return contents.kept(work, found)


def _go_on() -> None:
    """Nobody wants to stop."""


def test_what_was_fetched_is_kept_once_and_the_older_goes(portal: Portal, site: Site, tmp_path: Path) -> None:
    dataset_id, resource_id = _fetched(portal, dataset(portal), site.url)
    digests = []
    for content in (b"a\nfirst\n", b"a\nfirst\n", b"a\nsecond\n"):
        site.page("/rows.csv", content)
        downloads.bring(portal, dataset_id, tmp_path, _go_on)
        kept = _kept(portal, resource_id, dataset_id)
        assert kept is not None
        assert kept.filename == "rows.csv"
        digests.append(kept.digest)
        with portal.blobs.open(kept.digest) as stored:
            assert stored.read() == content
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] not in set(portal.blobs.digests())
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_fetch_keeps_nothing(portal: Portal, site: Site, tmp_path: Path) -> None:
    def stop() -> None:
        raise _StoppedError("stop")

    dataset_id, resource_id = _fetched(portal, dataset(portal), site.url)
    site.page("/rows.csv", b"a\n1\n")
    with pytest.raises(_StoppedError):
        downloads.bring(portal, dataset_id, tmp_path, stop)
    assert _kept(portal, resource_id, dataset_id) is None
    assert site.asked == []


def test_content_of_a_source_that_went_meanwhile_is_dropped(
    portal: Portal, site: Site, tmp_path: Path
) -> None:
    place = dataset(portal)
    _, resource_id = _fetched(portal, place, site.url)
    site.page("/rows.csv", b"a\ntoo late\n")
    with portal.reading(SYSTEM) as work:
        wanted = sources.source(work, resource_id)
    assert wanted is not None
    file: FetchedFile = fetching.fetch(portal.settings, wanted, tmp_path / "content")
    with (tmp_path / "content").open("rb") as content:
        blob = portal.blobs.put(content, limit=1000)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, place)
        resources.remove(work, editable, resources.resources(work, editable)[0].uid)
    with portal.writing(SYSTEM) as work:
        contents.keep(work, resource_id, wanted, file, blob)
    assert blob.digest not in set(portal.blobs.digests())


def test_a_source_inside_is_refused_without_a_word_about_the_inside(tmp_path: Path, site: Site) -> None:
    site.page("/rows.csv", b"a\nsecret\n")
    with opened(tmp_path) as guarded:
        place = dataset(guarded)
        dataset_id, _ = _fetched(guarded, place, site.url)
        with pytest.raises(Invalid) as found:
            downloads.bring(guarded, dataset_id, tmp_path, _go_on)
        assert "“Far”" in found.value.message
        with guarded.reading(ADMIN) as work:
            content = looking.of_given(work, datasets.editable(work, place), http=_given(site.url))
        with pytest.raises(Invalid) as refused:
            looking.guesses(guarded, content)
        assert list(refused.value.fields) == ["datasource"]
        for error in (found.value, refused.value):
            assert "127.0.0.1" not in error.message
            assert str(site.port) not in error.message
    assert site.asked == []


def test_a_resource_with_owned_rows_gets_no_other_source(portal: Portal, site: Site) -> None:
    place = dataset(portal)
    live = source(portal, place)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, place)
        with pytest.raises(Invalid) as found:
            resources.replace(
                work, editable, live, title=None, extractor="csvfile", params={}, http=_given(site.url)
            )
        assert list(found.value.fields) == ["datasource"]
        with pytest.raises(Invalid) as none:
            looking.of_resource(work, resources.resource(work, editable, live))
    assert list(none.value.fields) == ["datasource"]
