"""Sealed text: what it keeps, and what happens without its key."""

import stat
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from colonnade.core.secrets import Secrets
from colonnade.errors import Unavailable


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return Secrets(tmp_path_factory.mktemp("secrets") / "secret.key")


@given(text=st.text())
def test_what_was_sealed_can_be_opened(secrets: Secrets, text: str) -> None:
    sealed = secrets.seal(text)
    assert sealed.isascii()
    assert sealed.isprintable()
    assert secrets.open(sealed) == text


def test_the_same_text_is_sealed_differently_every_time(secrets: Secrets) -> None:
    assert secrets.seal("secret") != secrets.seal("secret")


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    Secrets(path).ensure()
    made = path.read_bytes()
    Secrets(path).ensure()
    assert path.read_bytes() == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_the_first_of_many_keys_made_at_once_stays(tmp_path: Path) -> None:
    sealed: list[str] = []
    threads = [
        threading.Thread(target=lambda: sealed.append(Secrets(tmp_path / "secret.key").seal("x")))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [Secrets(tmp_path / "secret.key").open(one) for one in sealed] == ["x"] * 8


def _code(secrets: Secrets, sealed: str) -> str:
    with pytest.raises(Unavailable, match=r"secret\.key") as found:
        secrets.open(sealed)
    return found.value.code


def test_another_key_a_missing_one_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    secrets = Secrets(path)
    sealed = secrets.seal("hidden")
    path.write_bytes(Fernet.generate_key())
    assert _code(secrets, sealed) == "secret.unreadable"
    path.write_bytes(b"no key")
    assert _code(secrets, sealed) == "secret.key_unreadable"
    path.unlink()
    assert _code(secrets, sealed) == "secret.key_missing"
    assert not path.exists()


def test_a_key_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"")
    with pytest.raises(Unavailable):
        Secrets(path).ensure()
    assert path.read_bytes() == b""


def test_sealed_text_that_was_changed_is_not_opened(secrets: Secrets) -> None:
    sealed = secrets.seal("hidden")
    changed = sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:]
    assert _code(secrets, changed) == "secret.unreadable"
    assert _code(secrets, "") == "secret.unreadable"


def test_a_key_for_one_purpose_is_always_the_same_and_of_no_use_for_another(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secret.key")
    one = secrets.derived("one")
    assert (len(one), one) == (32, Secrets(tmp_path / "secret.key").derived("one"))
    assert one not in {secrets.derived("other"), Secrets(tmp_path / "another.key").derived("one")}
