"""The one definition of a word, for what is indexed and for what is searched.

A word is a run of letters and digits, in lower case, without accents: `Élève`, `eleve` and `ELEVE` are one word,
`l'eau` is two. Text is first decomposed (NFKD), its accents are dropped, and it is composed again, so that `ﬁ` is
`fi`, a decomposed accent does not split a word, and Greek and Cyrillic fold as Latin does. Chinese and Japanese runs
without spaces are one word. Words of `MAX_WORD_BYTES` or more (UTF-8, folded) are not kept.
"""

import unicodedata

import tantivy

TOKENIZER = "word"
MAX_WORD_BYTES = 256


def _is_accent(character: str) -> bool:
    """Canonical combining classes: 10-36 are Hebrew, Arabic and Syriac points, from 200 on accents. Those between and
    below are no accents but letters of their scripts: Indic viramas, kana voice marks, Thai and Tibetan vowels."""
    combining = unicodedata.combining(character)
    return 10 <= combining <= 36 or combining >= 200


_INVISIBLE = "\u00ad\u200c\u200d"
"""Soft hyphen and (non-)joiners stand inside words and are not seen."""

_FINAL_SIGMA, _SIGMA = 0x3C2, 0x3C3


class _Folding(dict[int, int | None]):
    """What becomes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        kept = None if character in _INVISIBLE or _is_accent(character) else code
        self[code] = folded = _SIGMA if code == _FINAL_SIGMA else kept
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text that goes to the analyser, on both sides. ASCII, the common case, costs next to nothing."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).translate(_FOLDING))


def word_analyzer() -> tantivy.TextAnalyzer:
    """What an index must register under the name `TOKENIZER`."""
    return _builder().filter(tantivy.Filter.remove_long(MAX_WORD_BYTES)).build()


def words(text: str) -> list[str]:
    """The words of a text, in order, those included that are too long to be in any index. Takes any string, also
    one with lone surrogates."""
    valid = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return list(_ANALYZER.analyze(fold(valid)))


def is_kept(word: str) -> bool:
    return len(word.encode()) < MAX_WORD_BYTES


def _builder() -> tantivy.TextAnalyzerBuilder:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )


_ANALYZER = _builder().build()
