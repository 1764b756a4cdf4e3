"""`colonnade import`, beside a portal that serves and by itself."""

from pathlib import Path

from click.testing import CliRunner, Result
from tests.core.support import ADMIN, opened
from tests.support.house import House

from colonnade.cli.main import colonnade
from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.work import Actor, Portal


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(colonnade, ["import", *arguments, "--data", str(data)])


def _shared(portal: Portal, actor: Actor, slug: str) -> None:
    with portal.writing(actor) as work:
        columns.create(work, title=slug, slug=slug)


def _file(folder: Path, content: bytes, name: str = "permits.csv") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_a_file_is_imported_by_the_server_and_its_rows_are_found_by_their_ids(
    house: House, tmp_path: Path
) -> None:
    portal, actor = house.running.portal, house.actor(house.admin)
    data = portal.settings.data
    _shared(portal, actor, "permits")
    file = _file(tmp_path, "id,né\np-1,é\np-2,b\n".encode("latin-1"))
    options = ("--encoding", "latin1", "--external-id-column", "id")
    result = run(data, file, "--dataset", "permits", *options)
    assert (result.exit_code, result.stdout) == (0, "2 rows of permits.csv are in permits.\n")
    with portal.reading(actor) as work:
        readable = datasets.readable(work, "permits")
        assert columns.row(work, readable, "p-1").values == ["p-1", "é"]
        assert imports.page(work)[1] == 1
    before = set(portal.blobs.digests())
    for arguments, reason in (
        ((file, "--dataset", "nowhere"), "Unknown dataset: nowhere"),
        ((file, "--dataset", "permits", "--user", "nobody"), "There is no user nobody"),
        (
            (_file(tmp_path, b"other\n1\n", "other.csv"), "--dataset", "permits"),
            "do not match those in the dataset. There are id, né; the file has other.",
        ),
        ((file, "--dataset", "permits"), "Say its encoding by --encoding."),
        (
            (_file(tmp_path, b"id,n\xc3\xa9\n1,2\n3,4,5\n", "long.csv"), "--dataset", "permits"),
            "3 cells where 2",
        ),
    ):
        refused = run(data, *arguments)
        assert refused.exit_code == 2
        assert reason in refused.stderr
    assert set(portal.blobs.digests()) == before
    with portal.reading(actor) as work:
        assert imports.page(work)[1] == 1
        assert columns.summary(work, datasets.readable(work, "permits")).row_count == 2


def test_a_file_is_imported_while_no_server_runs(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as portal:
        _shared(portal, ADMIN, "permits")
    result = run(tmp_path / "data", _file(tmp_path, b"a\n1\n"), "--dataset", "permits")
    assert (result.exit_code, result.stdout) == (0, "1 rows of permits.csv are in permits.\n")
