"""Managed files, as a table."""

import datetime as dt
import uuid as uuids

from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.uploads import StoredFile
from colonnade.core.work import now
from colonnade.db.base import Base

PUBLIC = "public://"
"""What the uri of a file begins with whose bytes are here."""


class ManagedFile(Base):
    """A file with a number of its own. Its bytes are the blob `digest`; None: they are on another server, at `uri`.

    It belongs to the node that holds it, and to nobody before: then only who brought it knows of it."""

    __tablename__ = "managed_file"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuids.uuid4()))
    uri: Mapped[str] = mapped_column(index=True)
    """`public://` and a name that no other file here has, or an address."""
    filename: Mapped[str]
    """As it was sent."""
    mimetype: Mapped[str | None]
    size: Mapped[int]
    """Bytes; 0 where the file is on another server."""
    digest: Mapped[str | None] = mapped_column(index=True)
    copy_digest: Mapped[str | None] = mapped_column(index=True)
    """Of the content that came last from the other server, of one that is there."""
    copy_size: Mapped[int | None]
    node_id: Mapped[int | None] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(default="")
    """What it is to its node: the name of the field that holds it."""
    created_by: Mapped[str | None]
    created_by_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def is_remote(self) -> bool:
        return self.digest is None

    @property
    def name(self) -> str:
        """The name under which it is public; empty of one that is elsewhere."""
        return self.uri.removeprefix(PUBLIC) if self.uri.startswith(PUBLIC) else ""

    @property
    def digests(self) -> tuple[str, ...]:
        """The contents that are kept here."""
        return tuple(one for one in (self.digest, self.copy_digest) if one is not None)

    @property
    def copy(self) -> StoredFile | None:
        """What is here of it: its content, or what came last from the other server."""
        if self.copy_digest is None or self.copy_size is None:
            return self.stored
        return StoredFile(self.filename, self.mimetype, self.copy_size, self.copy_digest)

    @property
    def stored(self) -> StoredFile | None:
        """None: its bytes are on another server."""
        if self.digest is None:
            return None
        return StoredFile(self.filename, self.mimetype, self.size, self.digest)
