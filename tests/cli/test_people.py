"""`colonnade user` and `colonnade key`, beside a portal that serves."""

from pathlib import Path

from click.testing import CliRunner, Result
from tests.support.house import AUTOMATION, House

from colonnade.cli.main import colonnade


def run(house: House, *arguments: str, typed: str = "") -> Result:
    data = str(house.running.portal.settings.data)
    return CliRunner().invoke(colonnade, [*arguments, "--data", data], input=typed)


def test_a_person_is_added_listed_and_given_permissions(house: House) -> None:
    added = run(house, "user", "add", "ada", "--email", "ada@example.org", "--password", "a long one")
    assert (added.exit_code, added.stdout) == (0, "Added ada.\n")
    assert "ada\tada@example.org\t-\n" in run(house, "user", "list").stdout
    assert run(house, "user", "permissions", "ada", "create_dataset").exit_code == 0
    assert "ada\tada@example.org\tcreate_dataset\n" in run(house, "user", "list").stdout


def test_a_password_is_asked_for_and_never_shown(house: House) -> None:
    run(house, "user", "add", "bea", "--email", "bea@example.org", "--password", "a secret")
    changed = run(house, "user", "password", "bea", typed="much better\nmuch better\n")
    assert changed.exit_code == 0
    assert "much better" not in changed.stdout


def test_a_key_works_until_it_is_revoked(house: House) -> None:
    run(house, "user", "add", "cy", "--email", "cy@example.org", "--password", "a secret", "--admin")
    made = run(house, "key", "add", "cy", "--label", "laptop")
    uid, text = made.stdout.strip().split("\t")
    headers = {"Authorization": f"Apikey {text}"}
    assert house.client.get(f"{AUTOMATION}/datasets/", headers=headers).status_code == 200
    listed = run(house, "key", "list", "cy").stdout
    assert listed == f"{uid}\t...{text[-4:]}\tvalid\tall\tlaptop\n"
    assert run(house, "key", "revoke", uid).exit_code == 0
    assert house.client.get(f"{AUTOMATION}/datasets/", headers=headers).status_code == 401
    assert "\trevoked " in run(house, "key", "list", "cy").stdout


def test_a_key_can_be_cut_to_some_permissions(house: House) -> None:
    made = run(house, "key", "add", "admin", "--permission", "edit_dataset")
    headers = {"Authorization": f"Apikey {made.stdout.strip().split(chr(9))[1]}"}
    body = {"metadata": {"default": {"title": {"value": "no"}}}}
    assert house.client.post(f"{AUTOMATION}/datasets/", json=body, headers=headers).status_code == 403


def test_a_person_who_does_not_exist_is_told_in_a_line(house: House) -> None:
    result = run(house, "key", "add", "nobody")
    assert result.exit_code == 1
    assert str(result.exception) == "There is no user nobody."


def test_a_folder_without_a_portal_stays_as_it_is(tmp_path: Path) -> None:
    result = CliRunner().invoke(colonnade, ["user", "list", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []
