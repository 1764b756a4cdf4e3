"""Names that stand for one another: `bill` and `william`."""

from functools import cache

from nicknames import NickNamer


def others(word: str) -> tuple[str, ...]:
    """What a word is also called if it is a first name, in either direction; sorted, without the word itself. `word` and
    the others are in lower case, without accents."""
    if not (word.isascii() and word.isalpha()):
        return ()
    namer = _namer()
    found = namer.nicknames_of(word) | namer.canonicals_of(word)
    return tuple(sorted(one for one in found if one != word and one.isascii() and one.isalpha()))


@cache
def _namer() -> NickNamer:
    return NickNamer()
