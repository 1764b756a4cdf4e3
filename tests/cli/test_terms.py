"""`colonnade theme` and `colonnade licence`, beside a portal that serves."""

from click.testing import CliRunner, Result
from tests.support.house import AUTOMATION, EXPLORE, House

from colonnade.cli.main import colonnade


def run(house: House, *arguments: str) -> Result:
    data = str(house.running.portal.settings.data)
    return CliRunner().invoke(colonnade, [*arguments, "--data", data])


def test_a_theme_is_added_used_and_removed(house: House) -> None:
    added = run(house, "theme", "add", "Health", "--label", "fr", "Santé")
    uid, name = added.stdout.strip().split("\t")
    assert name == "Health"
    assert run(house, "theme", "list").stdout == f"{uid}\tHealth\tfr=Santé\n"
    metadata = {"default": {"title": {"value": "Ill"}}, "internal": {"theme_id": {"value": [uid]}}}
    made = house.published("a\n1\n", metadata=metadata)
    shown = house.client.get(f"{EXPLORE}/{made['dataset_id']}").json()["metas"]["default"]
    assert shown["theme"] == ["Health"]
    assert run(house, "theme", "remove", uid).stdout == "Removed Health.\n"
    assert run(house, "theme", "list").stdout == ""
    path = f"{AUTOMATION}/datasets/{made['uid']}/metadata/default/theme/"
    assert house.client.get(path, headers=house.admin.headers).json()["value"] == ["Health"]


def test_a_new_portal_has_the_usual_licences(house: House) -> None:
    listed = [line.split("\t") for line in run(house, "licence", "list").stdout.splitlines()]
    assert [line[1] for line in listed][:2] == ["CC0 1.0", "CC BY 4.0"]
    assert all(line[-1].startswith("https://") for line in listed)
    added = run(house, "licence", "add", "Ours", "--url", "https://example.org/ours")
    uid = added.stdout.split("\t")[0]
    assert f"{uid}\tOurs\t-\thttps://example.org/ours\n" in run(house, "licence", "list").stdout
    assert run(house, "licence", "remove", uid).exit_code == 0


def test_what_is_wrong_is_told_in_a_line(house: House) -> None:
    result = run(house, "theme", "remove", "nothing")
    assert (result.exit_code, str(result.exception)) == (1, "There is no theme nothing.")
    result = run(house, "licence", "add", "CC0 1.0")
    assert (result.exit_code, str(result.exception)) == (1, "There is a licence CC0 1.0 already.")
