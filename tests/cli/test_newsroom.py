"""`colonnade category` and `colonnade alerts`, beside a portal that serves and without one."""

from pathlib import Path

from click.testing import CliRunner, Result
from tests.core import support as core
from tests.support.house import House

from colonnade.cli.main import colonnade
from colonnade.core.alerts import service as alerts
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.notices import service as notices


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(colonnade, [*arguments, "--data", str(folder)])


def test_a_new_portal_has_categories_and_others_come_and_go(house: House) -> None:
    data = house.running.portal.settings.data
    assert (
        run(data, "category", "list").stdout
        == "crime\tCrime\t0\neducation\tEducation\t0\npolitics\tPolitics\t0\n"
    )
    assert run(data, "category", "add", "Fire & Rescue").stdout == "fire-rescue\n"
    assert run(data, "category", "add", "火", "--slug", "fire").stdout == "fire\n"
    assert run(data, "category", "rename", "fire-rescue", "Fires").exit_code == 0
    with house.running.portal.writing(house.actor(house.admin)) as work:
        made = datasets.create(work, {"default": {"title": "Fires"}})
        datasets.show(work, made.dataset)
        categories.put(work, made, [categories.by_slug(work, "fire-rescue")])
    assert "fire-rescue\tFires\t1\n" in run(data, "category", "list").stdout
    assert run(data, "category", "remove", "fire-rescue").stdout == "Removed Fires.\n"
    assert "fire-rescue" not in run(data, "category", "list").stdout
    for wrong in (("add", "All"), ("remove", "nothing"), ("add", "Crime")):
        assert run(data, "category", *wrong).exit_code == 1
    assert str(run(data, "category", "add", "All").exception) == "The name All is reserved."


def test_the_server_asks_all_alerts(house: House) -> None:
    data, admin = house.running.portal.settings.data, house.actor(house.admin)
    with house.running.portal.writing(admin) as work:
        alerts.add(work, query="petrel")
    house.published("name\npetrel\nmarlin\npetrel too\n")
    told = run(data, "alerts", "run")
    assert (told.exit_code, told.stdout) == (0, "1 asked, 1 with something new.\n"), told.output
    with house.running.portal.reading(admin) as work:
        ((notice,), _) = notices.page(work)
        assert notice.message == 'New search results for "petrel"'
    assert run(data, "alerts", "run").stdout == "1 asked, 0 with something new.\n"


def test_without_a_server_the_command_asks_them(tmp_path: Path) -> None:
    with core.opened(tmp_path) as portal:
        with portal.writing(core.ADMIN) as work:
            alerts.add(work, query="petrel")
        uid, resource = core.live(portal)
        core.put(portal, uid, resource, {"name": "a petrel"}, {"name": "marlin"})
    told = run(tmp_path, "alerts", "run")
    assert (told.exit_code, told.stdout) == (0, "1 asked, 1 with something new.\n"), told.output
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
    assert run(tmp_path, "alerts", "run").stdout == "1 asked, 0 with something new.\n"
