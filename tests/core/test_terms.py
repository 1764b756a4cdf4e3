"""The portal's themes and licences."""

from collections.abc import Mapping

import pytest
from tests.core.support import ADMIN, person

from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Vocabulary
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Conflict, Denied, Invalid, NotFound


def _names(portal: Portal, vocabulary: Vocabulary, language: str = "en") -> list[str]:
    with portal.reading(ADMIN) as work:
        return [one.name(language) for one in terms.terms(work, vocabulary)]


def test_a_vocabulary_grows_in_order_and_knows_nothing_of_the_other(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        made = [terms.add(work, Vocabulary.THEME, {"en": name}) for name in ("Zoos", "Air", "Money")]
        terms.add(work, Vocabulary.LICENCE, {"en": "Air"}, url="https://example.org/air")
        assert len({one.uid for one in made}) == 3
        assert all(len(one.uid) == 7 and one.uid.isalnum() for one in made)
    assert _names(portal, Vocabulary.THEME) == ["Zoos", "Air", "Money"]
    assert _names(portal, Vocabulary.LICENCE) == ["Air"]
    with portal.writing(ADMIN) as work:
        terms.remove(work, Vocabulary.THEME, made[1].uid)
        with pytest.raises(NotFound):
            terms.remove(work, Vocabulary.LICENCE, made[0].uid)
    assert _names(portal, Vocabulary.THEME) == ["Zoos", "Money"]


def test_a_name_is_in_the_language_asked_or_english_or_any(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        term = terms.add(work, Vocabulary.THEME, {"fr": "Santé", "en": "Health"})
        assert (term.name("fr"), term.name("de"), term.name("en")) == ("Santé", "Health", "Health")
        assert terms.add(work, Vocabulary.THEME, {"de": "Wald"}).name("en") == "Wald"
        assert term.is_called(" SANTÉ ")
        assert not term.is_called("Sant")


def test_two_terms_are_not_called_the_same(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        terms.add(work, Vocabulary.THEME, {"en": "Traffic", "fr": "Trafic"})
        with pytest.raises(Conflict):
            terms.add(work, Vocabulary.THEME, {"de": "TRAFIC"})


@pytest.mark.parametrize("labels", [{}, {"en": " "}, {"English": "Health"}, {"": "Health"}])
def test_a_term_needs_names_in_languages(portal: Portal, labels: Mapping[str, str]) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid) as caught:
        terms.add(work, Vocabulary.THEME, labels)
    assert set(caught.value.fields) == {"labels"}


@pytest.mark.parametrize("url", ["", "javascript:x()", "http://", "http://[ ", "ftp://example.org"])
def test_the_address_of_a_licence_is_of_the_web(portal: Portal, url: str) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid) as caught:
        terms.add(work, Vocabulary.LICENCE, {"en": "A licence"}, url=url)
    assert set(caught.value.fields) == {"url"}


def test_only_who_administers_the_portal_changes_its_vocabularies(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        uid = terms.add(work, Vocabulary.THEME, {"en": "Kept"}).uid
    with portal.writing(person(portal, "edit_dataset", "publish_dataset")) as work:
        with pytest.raises(Denied):
            terms.add(work, Vocabulary.THEME, {"en": "Mine"})
        with pytest.raises(Denied):
            terms.remove(work, Vocabulary.THEME, uid)
    with portal.writing(person(portal, "edit_domain")) as work:
        terms.remove(work, Vocabulary.THEME, uid)
