"""Queries over terms."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from colonnade.core.terms.model import Term, Vocabulary

_OF_VOCABULARY = select(Term).where(Term.vocabulary == bindparam("vocabulary")).order_by(Term.id)
"""Made once, as every dataset that is made asks this."""


def of_vocabulary(db: Session, vocabulary: Vocabulary) -> Sequence[Term]:
    """In the order in which they were added."""
    return db.scalars(_OF_VOCABULARY, {"vocabulary": vocabulary}).all()


def by_uid(db: Session, vocabulary: Vocabulary, uid: str) -> Term | None:
    return db.scalar(select(Term).where(Term.vocabulary == vocabulary, Term.uid == uid))


def by_ids(db: Session, vocabulary: Vocabulary, ids: Sequence[int]) -> Sequence[Term]:
    query = select(Term).where(Term.vocabulary == vocabulary, Term.id.in_(ids))
    return db.scalars(query.order_by(Term.id)).all()


def by_slug(db: Session, vocabulary: Vocabulary, slug: str) -> Term | None:
    return db.scalar(select(Term).where(Term.vocabulary == vocabulary, Term.slug == slug))
