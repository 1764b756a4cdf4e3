"""Keeping the portal's themes, licences and categories."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence

from colonnade.core.terms import store
from colonnade.core.terms.model import Term, Vocabulary
from colonnade.core.uids import ALPHABET
from colonnade.core.work import Work
from colonnade.db.base import row_ids
from colonnade.errors import Conflict, Denied, Invalid, NotFound

UID_LENGTH = 7
_ADDRESS = re.compile(r"https?://[^\s/]\S*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")

STANDARD_LICENCES: Mapping[str, str] = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "Open Database License (ODbL)": "https://opendatacommons.org/licenses/odbl/1-0/",
    "Open Data Commons Attribution License (ODC-By)": "https://opendatacommons.org/licenses/by/1-0/",
    "Public Domain Dedication and License (PDDL)": "https://opendatacommons.org/licenses/pddl/1-0/",
    "Licence Ouverte v2.0 (Etalab)": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "Open Government Licence v3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
"""What open data is usually given under; a new portal has these, and takes away what it does not use."""


def terms(work: Work, vocabulary: Vocabulary) -> Sequence[Term]:
    """A vocabulary, in the order in which it grew."""
    return store.of_vocabulary(work.db, vocabulary)


def by_ids(work: Work, vocabulary: Vocabulary, ids: Iterable[int]) -> Sequence[Term]:
    """Those of them that the vocabulary has."""
    return store.by_ids(work.db, vocabulary, row_ids(ids))


def by_slug(work: Work, vocabulary: Vocabulary, slug: str) -> Term | None:
    return store.by_slug(work.db, vocabulary, slug)


def add(
    work: Work,
    vocabulary: Vocabulary,
    labels: Mapping[str, str],
    *,
    url: str | None = None,
    slug: str | None = None,
) -> Term:
    """A new term with these names, each in a language. `slug`: its name in addresses, where the vocabulary has such.

    Raises `Invalid` for a name or an address that is none, `Conflict` when another term is called so already.
    """
    _check_may(work)
    _check(labels, url)
    known = store.of_vocabulary(work.db, vocabulary)
    _check_free(vocabulary, labels, known)
    if slug is not None and any(one.slug == slug for one in known):
        raise Conflict(f"There is a {vocabulary} {slug} already.", code="term.taken")
    uid = _new_uid({one.uid for one in known})
    term = Term(vocabulary=vocabulary, uid=uid, labels=dict(labels), url=url, slug=slug)
    work.db.add(term)
    work.db.flush()
    return term


def rename(work: Work, term: Term, labels: Mapping[str, str]) -> None:
    """Give a term other names. What it is called in addresses stays. `term`: as this work read it."""
    _check_may(work)
    _check(labels, term.url)
    vocabulary = Vocabulary(term.vocabulary)
    known = store.of_vocabulary(work.db, vocabulary)
    _check_free(vocabulary, labels, [one for one in known if one.id != term.id])
    term.labels = dict(labels)
    work.db.flush()


def remove(work: Work, vocabulary: Vocabulary, uid: str) -> Term:
    """Take a term out of its vocabulary. Datasets that have it keep its name. Raises `NotFound`."""
    _check_may(work)
    term = store.by_uid(work.db, vocabulary, uid)
    if term is None:
        raise NotFound(f"There is no {vocabulary} {uid}.", code="term.unknown")
    work.db.delete(term)
    return term


def add_standard_licences(work: Work) -> None:
    """For a portal that was just made."""
    for name, url in STANDARD_LICENCES.items():
        add(work, Vocabulary.LICENCE, {"en": name}, url=url)


def _check_free(vocabulary: Vocabulary, labels: Mapping[str, str], known: Sequence[Term]) -> None:
    taken = sorted(name for name in set(labels.values()) if any(one.is_called(name) for one in known))
    if taken:
        raise Conflict(f"There is a {vocabulary} {taken[0]} already.", code="term.taken")


def _check_may(work: Work) -> None:
    if not work.actor.may("edit_domain"):
        raise Denied("You may not change the portal's vocabularies.", code="term.denied")


def _check(labels: Mapping[str, str], url: str | None) -> None:
    if not labels or not all(name.strip() for name in labels.values()):
        message = "A name is needed, in one language or more."
        raise Invalid(message, fields={"labels": [message]})
    for language in labels:
        if not _LANGUAGE.fullmatch(language):
            message = f"{language} is no language code such as en or pt-br."
            raise Invalid(message, fields={"labels": [message]})
    if url is not None and not _ADDRESS.fullmatch(url):
        message = "This must be an address that begins with http:// or https://."
        raise Invalid(message, fields={"url": [message]})


def _new_uid(taken: set[str]) -> str:
    while True:
        uid = "".join(secrets.choice(ALPHABET) for _ in range(UID_LENGTH))
        if uid not in taken:
            return uid
