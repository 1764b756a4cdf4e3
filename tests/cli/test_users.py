"""`colonnade user` with roles, invitations and files, beside a portal that serves."""

import email
import email.policy
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.support.house import AUTOMATION, House
from tests.support.saying import says

from colonnade.cli.main import colonnade
from colonnade.core.people import mailed
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM

OLD_KEY = "edfe6c5ffd1be4d3bf22f69188ac6bc0fc04c84c"


def run(house: House, *arguments: str, typed: str | bytes = "") -> Result:
    data = str(house.running.portal.settings.data)
    return CliRunner().invoke(colonnade, [*arguments, "--data", data], input=typed)


def _person(house: House, name: str) -> Person:
    with house.running.portal.reading(SYSTEM) as work:
        return people.person(work, name)


def _letters(house: House, to: str) -> list[str]:
    files = sorted(house.running.portal.settings.outbox_folder.glob("*.eml"))
    found = [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files]
    return [one.get_content() for one in found if one["to"] == to]


def _status(house: House, key: str) -> int:
    answer = house.client.get(f"{AUTOMATION}/datasets/", headers={"Authorization": f"Apikey {key}"})
    return answer.status_code


@says("panda-2.1-key-form")
def test_an_address_is_a_name_and_a_superuser_has_every_permission(house: House) -> None:
    made = run(
        house,
        "user",
        "add",
        "Boss@Paper.Example",
        "--superuser",
        "--password",
        "a secret",
        "--key",
        "--first-name",
        "Bo",
    )
    assert made.exit_code == 0, made.output
    said, key = made.stdout.splitlines()
    assert said == "Added boss@paper.example."
    assert re.fullmatch(r"[0-9a-f]{40}", key)
    assert _status(house, key) == 200
    assert "boss@paper.example\tboss@paper.example\tsuperuser\n" in run(house, "user", "list").stdout
    assert _person(house, "boss@paper.example").first_name == "Bo"


def test_a_role_is_a_set_of_permissions(house: House) -> None:
    run(house, "user", "add", "rob@paper.example", "--role", "publisher", "--password", "a secret")
    assert _person(house, "rob@paper.example").permissions == ["create_dataset"]
    assert run(house, "user", "role", "ROB@paper.example", "user").exit_code == 0
    assert _person(house, "rob@paper.example").permissions == []
    assert run(house, "user", "role", "rob@paper.example", "king").exit_code == 2


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        pytest.param("authenticated", "-", id="dkan-14-authenticated"),
        pytest.param("content creator", "create_dataset", id="dkan-14-content-creator"),
        pytest.param("editor", "create_dataset edit_dataset publish_dataset", id="dkan-14-editor"),
        pytest.param("administrator", "superuser", id="dkan-14-administrator"),
    ],
)
def test_roles_are_also_those_of_dkan(house: House, role: str, rights: str) -> None:
    name = f"{role.replace(' ', '-')}@city.example"
    run(house, "user", "add", name, "--role", role, "--password", "a secret")
    assert f"{name}\t{name}\t{rights}\n" in run(house, "user", "list").output
    assert run(house, "user", "role", name, "site manager").exit_code == 0
    assert "manage_dataset" in run(house, "user", "list").output


def test_who_is_invited_gets_a_letter_with_the_link_that_is_printed(house: House) -> None:
    made = run(house, "user", "add", "ivy@paper.example", "--invite")
    link = made.stdout.splitlines()[1]
    assert re.fullmatch(r"http://localhost:8000/account/activate/[0-9a-f]{40}/", link)
    assert "ivy@paper.example\tivy@paper.example\t-\tinactive\n" in run(house, "user", "list").stdout
    (letter,) = _letters(house, "ivy@paper.example")
    assert link in letter
    again = run(house, "user", "invite", "ivy@paper.example").stdout.strip()
    assert again != link
    assert again in _letters(house, "ivy@paper.example")[1]
    both = run(house, "user", "add", "joy@paper.example", "--invite", "--superuser", "--key").stdout
    said = re.fullmatch(r"Added .+\nLink: http://.+\nAPI key: ([0-9a-f]{40})\n", both)
    assert said is not None
    assert _status(house, said[1]) == 200


def test_somebody_is_let_in_no_longer_and_then_again(house: House) -> None:
    key = run(
        house, "user", "add", "max@paper.example", "--superuser", "--password", "a secret", "--key"
    ).stdout.split()[-1]
    assert run(house, "user", "deactivate", "max@paper.example").exit_code == 0
    assert _status(house, key) == 401
    assert run(house, "user", "activate", "max@paper.example").exit_code == 0
    assert _status(house, key) == 200
    assert run(house, "user", "remove", "max@paper.example", typed="n\n").exit_code == 1
    assert run(house, "user", "remove", "max@paper.example", "--yes").stdout == "Removed max@paper.example.\n"
    assert _status(house, key) == 401


def test_a_name_that_is_no_address_needs_one(house: House) -> None:
    result = run(house, "user", "add", "plain", "--password", "a secret")
    assert str(result.exception) == "An e-mail address is needed: as the user name, or by --email."
    result = run(house, "user", "add", "admin@localhost", "--password", "a secret")
    told = "admin@localhost is no e-mail address. Give another, or one by --email."
    assert str(result.exception) == told
    result = run(house, "user", "add", "amy@paper.example", "--password", "seven77")
    assert str(result.exception) == "A password has at least 8 characters."


def test_people_come_from_a_file_with_the_keys_that_they_had(house: House, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "\N{ZERO WIDTH NO-BREAK SPACE}Email,Last_Name,Role,API_Key,Password\n"
        f"Ann@Paper.Example,Okafor,superuser,{OLD_KEY},\n\nben@paper.example,,superuser,,\n",
        encoding="utf-8",
    )
    made = run(house, "user", "import", str(file), "--keys")
    assert made.exit_code == 0, made.output
    first, second = made.stdout.splitlines()
    assert first == "ann@paper.example"
    name, _, key = second.partition("\t")
    assert (name, len(key)) == ("ben@paper.example", 40)
    assert _person(house, "ann@paper.example").last_name == "Okafor"
    assert (_status(house, OLD_KEY), _status(house, key)) == (200, 200), "before there is a password"
    assert len(_letters(house, "ben@paper.example")) == 1
    (letter,) = _letters(house, "ann@paper.example")
    (link,) = re.findall("/account/activate/([0-9a-f]{40})/", letter)
    mailed.choose(house.running.portal, link, "a secret", address="")
    assert _person(house, "ann@paper.example").password_hash is not None


def test_without_a_first_line_the_cells_are_address_and_names(house: House) -> None:
    made = run(house, "user", "import", "-", typed="cat@paper.example,Cat,Roe\ndan@paper.example\n")
    assert made.stdout == "cat@paper.example\ndan@paper.example\n"
    assert not _person(house, "dan@paper.example").is_active, "until the link of the letter is used"
    found = _person(house, "cat@paper.example")
    assert (found.first_name, found.last_name, found.permissions) == ("Cat", "Roe", [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("eve@paper.example,E\nnobody\n", "Line 2: Email address is not valid."),
        ("email\neve@paper.example\nEVE@paper.example\n", "Line 3: There is a user with this e-mail address already."),
        ("email,role\neve@paper.example,king\n", "Line 2: There is no role king; there are user, publisher, superuser, authenticated, content creator, editor, site manager, administrator."),
        ("email,api_key\neve@paper.example,abc\n", "Line 2: A key is 40 to 80 hexadecimal characters."),
        ("email,age\neve@paper.example,7\n", "Line 1: there is no column 'age'. The columns are email, first_name, last_name, password, role, api_key, each once, with commas between them."),
        ("email;first_name\neve@paper.example;E\n", "Line 1: there is neither an e-mail address nor a column email. The columns are email, first_name, last_name, password, role, api_key, each once, with commas between them."),
        ("mail,name\neve@paper.example,E\n", "Line 1: there is neither an e-mail address nor a column email. The columns are email, first_name, last_name, password, role, api_key, each once, with commas between them."),
        ("email,email\na,b\n", "Line 1: a column is there twice. The columns are email, first_name, last_name, password, role, api_key, each once, with commas between them."),
        ("eve@paper.example,a,b,c\n", "Line 1: There are 4 cells and 3 columns."),
        (f"email,password\neve@paper.example,{'x' * 1001}\n", "Line 2: A password has at most 1,000 characters."),
        ("email,password\neve@paper.example,seven77\n", "Line 2: A password has at least 8 characters."),
        ('eve@paper.example,"a\n', "This is no CSV file: unexpected end of data"),
        ("\n", "There is nobody in this file."),
        (b"\xe9ve@paper.example", "This file is not UTF-8."),
    ],
)  # fmt: skip
def test_one_wrong_line_adds_nobody(house: House, text: str | bytes, problem: str) -> None:
    result = run(house, "user", "import", "-", typed=text)
    assert (result.exit_code, str(result.exception)) == (1, problem)
    assert "eve@paper.example" not in run(house, "user", "list").stdout
