"""Terms, as a table."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Vocabulary(StrEnum):
    THEME = "theme"
    LICENCE = "licence"
    CATEGORY = "category"


class Term(Base):
    """An entry of a vocabulary. Datasets keep its uid and the name that it had when they were written."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("vocabulary", "uid"),
        Index("ix_term_slug", "vocabulary", "slug", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary: Mapped[str]
    uid: Mapped[str]
    """Short and random (`5sylls5`)."""
    labels: Mapped[dict[str, Any]]
    """Language -> name in it; at least one."""
    slug: Mapped[str | None]
    """The name of a category in addresses, which stays when it is called otherwise; None in the other vocabularies."""
    url: Mapped[str | None]
    """Where the text of a licence is."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    def name(self, language: str) -> str:
        """Its name in a language, or else in English, or else in the first that it has one in."""
        found = self.labels.get(language) or self.labels.get("en") or next(iter(self.labels.values()))
        return str(found)

    def is_called(self, name: str) -> bool:
        """Whether this is its name in any language, whatever the case of its letters."""
        return any(str(label).casefold() == name.strip().casefold() for label in self.labels.values())
