"""`colonnade group`, beside a portal that serves."""

import pytest
from click.testing import CliRunner, Result
from tests.support.house import House

from colonnade.cli.main import colonnade


def run(house: House, *arguments: str) -> Result:
    data = str(house.running.portal.settings.data)
    return CliRunner().invoke(colonnade, ["group", *arguments, "--data", data])


def _groups(house: House) -> dict[str, str]:
    """Identifier -> title and members."""
    lines = run(house, "list").stdout.splitlines()
    return {uid: f"{title}: {members}" for uid, title, members in (line.split("\t") for line in lines)}


def test_people_join_a_group_and_leave_it(house: House) -> None:
    ada, bo = house.person(), house.person()
    assert ada.name is not None
    assert bo.name is not None
    assert run(house, "add", " Parks department ", "--permission", "create_dataset").stdout == (
        "parks_department\n"
    )
    assert _groups(house)["parks_department"] == "Parks department: -"
    for _ in range(2):
        assert run(house, "join", "parks_department", ada.name, bo.name).exit_code == 0
    assert _groups(house)["parks_department"] == f"Parks department: {' '.join(sorted([ada.name, bo.name]))}"
    assert house.actor(ada).may("create_dataset")
    assert run(house, "leave", "parks_department", ada.name).exit_code == 0
    assert _groups(house)["parks_department"] == f"Parks department: {bo.name}"
    assert not house.actor(ada).may("create_dataset")


def test_a_group_is_known_to_everybody_unless_it_is_hidden(house: House) -> None:
    assert run(house, "add", "Bridges").exit_code == run(house, "add", "Salaries", "--hidden").exit_code == 0
    found = house.client.get("/api/3/action/group_list").json()["result"]
    assert {"name": "Bridges"} in found
    assert {"name": "Salaries"} not in found
    listed = house.client.get("/api/dataset/node.json", params={"parameters[title]": "Bridges,Salaries"})
    assert [(one["type"], one["status"]) for one in listed.json()] == [("group", "1")]
    led = house.client.get("/group/bridges", follow_redirects=False)
    assert led.headers["location"] == f"/explore/node/{listed.json()[0]['nid']}/"


def test_everybodys_group_is_listed_without_names(house: House) -> None:
    assert _groups(house)["members"].endswith(": *")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("join", "nothing", "admin"), "There is no group nothing."),
        (("leave", "nothing", "admin"), "There is no group nothing."),
        (("join", "fountains", "admin", "nobody"), "There is no user nobody."),
        (("leave", "fountains", "admin"), "admin is no member of fountains."),
        (("join", "members", "admin"), "Every signed-in user is a member of this group."),
        (("leave", "members", "admin"), "Every signed-in user is a member of this group."),
        (("add", " "), "A group needs a title."),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_changes_nothing(
    house: House, arguments: tuple[str, ...], message: str
) -> None:
    before = _groups(house)
    if "fountains" not in before:
        run(house, "add", "Fountains")
    result = run(house, *arguments)
    assert (result.exit_code, str(result.exception)) == (1, message)
    assert _groups(house)["fountains"] == "Fountains: -"
