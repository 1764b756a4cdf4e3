"""Settings: what the environment says, what happens when it says something wrong."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colonnade.config import PREFIX, SETTINGS, UNSUPPORTED, Settings, read_settings
from colonnade.errors import Invalid
from colonnade.setting_values import MailServer


def _problem(variable: str, text: str) -> str:
    with pytest.raises(Invalid) as caught:
        read_settings({variable: text})
    assert caught.value.code == "setting.invalid"
    assert list(caught.value.fields) == [variable]
    assert caught.value.message.startswith(f"{variable}: ")
    return caught.value.message


def test_an_empty_environment_needs_no_configuration() -> None:
    settings = read_settings({})
    assert settings.data == Path("colonnade-data").absolute()
    assert settings.max_upload_bytes == 2 * 1024**3
    assert settings.admin_username == "admin"
    assert settings.admin_password is None
    assert settings.threads >= 1
    assert settings.warnings == ()


def test_every_default_is_accepted_as_text() -> None:
    written = {one.variable: one.default for one in SETTINGS.values() if one.default is not None}
    assert read_settings(written) == read_settings({})


def test_an_empty_variable_counts_as_not_set() -> None:
    variables = [one.variable for one in SETTINGS.values()] + [one.variable for one in UNSUPPORTED]
    assert read_settings(dict.fromkeys(variables, "")) == read_settings({})


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("5000", 5000),
        ("5K", 5120),
        ("5 KiB", 5120),
        ("3M", 3 << 20),
        ("2GiB", 2 << 30),
        ("1T", 1 << 40),
    ],
)
def test_a_size_is_bytes_or_has_a_unit_of_1024s(text: str, size: int) -> None:
    assert read_settings({"COLONNADE_MAX_UPLOAD_BYTES": text}).max_upload_bytes == size


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("COLONNADE_MAX_UPLOAD_BYTES", "lots", "a number of bytes"),
        ("COLONNADE_MAX_UPLOAD_BYTES", "0", "a number of bytes"),
        ("COLONNADE_MAX_UPLOAD_BYTES", "2 GB", "a number of bytes"),
        ("COLONNADE_BUILDS", "0", "at least 1"),
        ("COLONNADE_BUILDS", "-1", "at least 1"),
        ("COLONNADE_BUILDS", "1.5", "a whole number"),
        ("COLONNADE_THREADS", "many", "or all"),
        ("COLONNADE_QUERY_SECONDS", "0", "above 0"),
        ("COLONNADE_QUERY_SECONDS", "nan", "a number of seconds"),
        ("COLONNADE_ALLOW_PRIVATE_FETCH", "perhaps", "1 or 0"),
        ("COLONNADE_PUBLIC_URL", "data.example.org", "an address"),
        ("COLONNADE_PUBLIC_URL", "ftp://data.example.org", "http"),
        ("COLONNADE_PUBLIC_URL", "https://data.example.org/portal", "without a path"),
        ("COLONNADE_PUBLIC_URL", "https://me:pw@data.example.org", "an address"),
        ("COLONNADE_PUBLIC_URL", "http://[::1", "an address"),
        ("COLONNADE_TRUSTED_PROXIES", "*", "addresses or networks"),
        ("COLONNADE_ADMIN_EMAIL", "nobody", "a mail address"),
        ("COLONNADE_ADMIN_USERNAME", "a b", "a name"),
        ("COLONNADE_DEFAULT_LANGUAGE", "English", "a language code"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_and_what_was_expected(
    variable: str, text: str, expected: str
) -> None:
    message = _problem(variable, text)
    assert expected in message
    assert repr(text) in message


def test_all_wrong_values_are_named_at_once_a_line_each() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"COLONNADE_BUILDS": "x", "COLONNADE_OPEN_TABLES": "y"})
    assert len(caught.value.message.splitlines()) == 2
    assert set(caught.value.fields) == {"COLONNADE_BUILDS", "COLONNADE_OPEN_TABLES"}


@pytest.mark.parametrize("length", [40, 56, 80])
def test_an_administrators_key_is_40_to_80_hexadecimal_characters(length: int) -> None:
    key = ("0123456789abcdefABCDEF" * 4)[:length]
    assert read_settings({"COLONNADE_ADMIN_API_KEY": key}).admin_api_key == key


@pytest.mark.parametrize("key", ["a" * 39, "a" * 81, "g" * 40, "a" * 40 + "\n"])
def test_another_key_is_refused_and_not_shown(key: str) -> None:
    message = _problem("COLONNADE_ADMIN_API_KEY", key)
    assert "40 to 80 hexadecimal" in message
    assert key not in message


def test_secrets_are_not_part_of_the_settings_text() -> None:
    key = "ab" * 20
    settings = read_settings({"COLONNADE_ADMIN_API_KEY": key, "COLONNADE_ADMIN_PASSWORD": "hunter2"})
    assert key not in repr(settings)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25, is_tls=False)),
        ("smtp://127.0.0.1:2525/", MailServer("127.0.0.1", 2525, is_tls=False)),
        ("smtps://[::1]", MailServer("::1", 465, is_tls=True)),
        ("smtp://desk:s3cret@m.example", MailServer("m.example", 587, False, "desk", "s3cret")),
        (
            "smtps://desk%40x.example:p%3A%40@m.example:1",
            MailServer("m.example", 1, True, "desk@x.example", "p:@"),
        ),
    ],
)
def test_a_mail_server_is_an_address_with_a_user_or_without(text: str, expected: MailServer) -> None:
    found = read_settings({"COLONNADE_MAIL_URL": text})
    assert found.mail_url == expected
    assert "s3cret" not in repr(found.mail_url)


@pytest.mark.parametrize(
    "text",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://m.example:0",
        "smtp://m.example:70000",
        "smtp://m.example/box",
        "smtp://m.example?tls=no",
        "smtp://desk@m.example",
        "smtp://:s3cret@m.example",
        "smtp://[::1",
        "smtp://m.exa mple",
    ],
)
def test_another_mail_server_is_refused_without_its_password(text: str) -> None:
    assert "s3cret" not in _problem("COLONNADE_MAIL_URL", text)


@pytest.mark.parametrize("variable", [one.variable for one in UNSUPPORTED])
def test_a_part_that_is_not_built_yet_is_refused_in_one_line_without_its_value(variable: str) -> None:
    message = _problem(variable, "postgresql://me:secret@host/db")
    assert "not supported" in message
    assert "secret" not in message
    assert len(message.splitlines()) == 1


def test_an_unknown_variable_is_named_with_the_nearest_setting() -> None:
    settings = read_settings({"COLONNADE_DTA": "/data", "COLONNADE_MAX_UPLOAD": "1", "HOME": "/root"})
    assert [one.split()[0] for one in settings.warnings] == ["COLONNADE_DTA", "COLONNADE_MAX_UPLOAD"]
    assert "did you mean COLONNADE_DATA?" in settings.warnings[0]
    assert "did you mean COLONNADE_MAX_UPLOAD_BYTES?" in settings.warnings[1]


def test_a_command_lines_word_comes_before_the_environments(tmp_path: Path) -> None:
    environ = {"COLONNADE_DATA": "/elsewhere", "COLONNADE_BUILDS": "nonsense"}
    settings = read_settings(environ, data=str(tmp_path), builds=2, threads=None)
    assert settings.data == tmp_path
    assert settings.builds == 2


def test_an_override_that_is_no_setting_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="bulids"):
        read_settings({}, bulids=2)


def test_all_files_of_a_portal_are_in_its_data_folder(tmp_path: Path) -> None:
    settings = read_settings({}, data=tmp_path)
    places = [
        settings.catalogue_file,
        settings.jobs_file,
        settings.generations_folder,
        settings.blobs_folder,
        settings.scratch_folder,
        settings.outbox_folder,
        settings.lock_file,
    ]
    assert {place.parent for place in places} == {tmp_path}
    assert len({place.name for place in places}) == len(places)


def test_proxies_are_addresses_or_networks() -> None:
    settings = read_settings({"COLONNADE_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"})
    assert [str(one) for one in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


def test_a_public_address_loses_its_final_slash() -> None:
    assert read_settings({"COLONNADE_PUBLIC_URL": "https://d.example/"}).public_url == "https://d.example"


@given(name=st.sampled_from(sorted(SETTINGS)), text=st.text(max_size=60))
@example(name="data", text="~0")
def test_any_text_is_either_read_or_refused_by_name(name: str, text: str) -> None:
    variable = SETTINGS[name].variable
    assert variable.startswith(PREFIX)
    try:
        outcome: Settings | Invalid = read_settings({variable: text})
    except Invalid as error:
        outcome = error
    assert isinstance(outcome, Settings) or list(outcome.fields) == [variable]
