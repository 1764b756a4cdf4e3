"""Passwords and tokens of other systems, sealed before they are stored.

The key is a file of the data folder beside the catalogue, made when it is first needed. Whoever has both can read the
secrets; the catalogue alone says nothing.
"""

import hmac
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from colonnade.disk import sync
from colonnade.errors import Unavailable


class Secrets:
    """Seals and opens with the key in a file. Fernet: AES-128-CBC and HMAC-SHA256, so what was changed is noticed."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def ensure(self) -> None:
        """Make the key if there is none yet. Raises `Unavailable` when the file that is there is no key."""
        if not self._key_file.exists():
            _make(self._key_file)
        self._key()

    def seal(self, text: str) -> str:
        """The text as only this portal can read it; another one every time. Printable ASCII."""
        self.ensure()
        return self._key().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed. Raises `Unavailable`: `secret.key_missing`, `secret.key_unreadable`, or `secret.unreadable`
        when it was sealed with another key or was changed."""
        try:
            return self._key().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            message = (
                f"A stored password cannot be read: {self._key_file.name} in the data folder is not the key that it "
                "was sealed with. Bring that file back, or enter the password again."
            )
            raise Unavailable(message, code="secret.unreadable") from error

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose, made of the key and telling nothing of it. Raises `Unavailable` as `open` does."""
        self.ensure()
        return hmac.digest(self._key_file.read_bytes().strip(), purpose.encode(), "sha256")

    def _key(self) -> Fernet:
        try:
            return Fernet(self._key_file.read_bytes().strip())
        except FileNotFoundError as error:
            message = (
                f"A stored password cannot be read: {self._key_file.name} is missing from the data folder. "
                "Bring it back from a backup, or enter the password again."
            )
            raise Unavailable(message, code="secret.key_missing") from error
        except (OSError, ValueError) as error:
            message = f"{self._key_file.name} in the data folder cannot be read as a key."
            raise Unavailable(message, code="secret.key_unreadable") from error


def _make(path: Path) -> None:
    """Two processes may do this at once: the key that comes first stays, and nobody ever sees half of one."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # for its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        Path(aside).unlink()
    sync(path.parent)
