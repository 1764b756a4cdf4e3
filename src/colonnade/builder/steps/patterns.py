"""Regular expressions in Python's syntax, as the engine's: RE2, whose time grows with the text and never explodes.

Classes know all of Unicode as Python's do. What only an engine that can run for ever has (looking around, references
back, possessive and atomic groups) is refused, and so is the verbose form.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_CATEGORIES = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"\p{L}\p{N}_",
    "W": r"\p{M}\p{S}\p{Z}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}"
    r"\x{203F}\x{2040}\x{2054}\x{FE33}\x{FE34}\x{FE4D}-\x{FE4F}\x{FF3F}",
    "s": r"\t-\r\x1c-\x20\x{85}\p{Z}",
    "S": r"\x00-\x08\x0e-\x1b\x21-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}"
    r"\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}",
}
"""Inside a class. `W` has all punctuation but `_`."""
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_FLAGS = {"i": "i", "m": "m", "s": "s", "u": ""}
_NUMBERED = re.compile(r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]+\}")
_OCTAL = re.compile(r"0[0-7]{0,2}|[0-3][0-7]{2}")
_OCTAL_IN_CLASS = re.compile(r"[0-7]{1,3}")
_REPEATED = re.compile(r"[*+?]|\{(?=[0-9,])([0-9]*)(?:(,)([0-9]*))?\}")
_FLAGGED = re.compile(r"\(\?([aiLmsux]*)(?:-([imsx]+))?([:)])")
_CLASS_ITEM = re.compile(r"\\N\{[^}]+\}|\\.|[^\\]", re.DOTALL)
_MAX_GROUPS = 9
_MAX_CHARACTERS = 2_000
"""Somebody waits while it is checked."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked expression. `compiled`: as Python understands it. `re2`: as the engine does."""

    compiled: "re.Pattern[str]"
    re2: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """What takes the place of a match. `rewrite`: in the engine's form. `literals`: characters of it that are always
    there. `references`: how many times it repeats a group."""

    rewrite: str
    literals: int
    references: int


def pattern(
    text: str, *, case_insensitive: bool = False, multiline: bool = False, dotall: bool = False
) -> Pattern:
    """Raises `ValueError` with a sentence for what is no expression, and for what the engine cannot do."""
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(f"A regular expression has at most {_MAX_CHARACTERS:,} characters here.")
    flags = re.RegexFlag(0)
    flags |= re.IGNORECASE if case_insensitive else flags
    flags |= re.MULTILINE if multiline else flags
    flags |= re.DOTALL if dotall else flags
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # what a later Python may read in another way
            compiled = re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as fault:
        raise ValueError(f"This is no regular expression: {fault}.") from None
    own = "".join(_set(case_insensitive, "i") + _set(multiline, "m") + _set(dotall, "s"))
    found = f"(?{own})" if own else ""
    found += "".join(_Scanner(text).translated())
    try:
        pc.match_substring_regex(pa.array([""]), pattern=found)
    except pa.ArrowInvalid as fault:
        reason = str(fault).rpartition("regex: ")[2]
        raise ValueError(f"This regular expression is more than the engine takes: {reason}.") from None
    return Pattern(compiled, found)


def pattern_of(params: Mapping[str, Any]) -> Pattern:
    """The expression of a step. Raises what `pattern` raises."""
    flags = {name: params[name] for name in ("case_insensitive", "multiline", "dotall")}
    return pattern(params["regexp"], **flags)


def _set(condition: bool, letter: str) -> list[str]:
    return [letter] if condition else []


@dataclass(slots=True)
class _Scanner:
    """Goes through an expression that Python has compiled, so that its syntax is right."""

    text: str
    at: int = 0

    def translated(self) -> Iterator[str]:
        while self.at < len(self.text):
            one = self.text[self.at]
            if one == "\\":
                yield self._escape()
            elif one == "[":
                yield self._class()
            elif one == "(":
                yield self._group()
            elif found := _REPEATED.match(self.text, self.at):
                yield self._repeat(found)
            else:
                self.at += 1
                yield "\\" + one if one in "{}]" else one

    def _escape(self) -> str:
        letter = self.text[self.at + 1]
        if found := _OCTAL.match(self.text, self.at + 1):
            self.at = found.end()
            return _character(int(found[0], 8))
        if letter.isdigit():
            raise ValueError("References back to a group are not possible here.")
        if found := _NUMBERED.match(self.text, self.at + 1):
            self.at = found.end()
            return _character(_number(found[0]))
        self.at += 2
        if letter in _CATEGORIES:
            return f"[{'^' if letter.isupper() else ''}{_CATEGORIES[letter.lower()]}]"
        if letter in "bBA":
            return "\\" + letter
        if letter == "Z":
            return r"\z"
        return _character(ord(_CONTROLS.get(letter, letter)))

    def _class(self) -> str:
        start = self.at
        self.at += 2 if self.text.startswith("^", self.at + 1) else 1
        inside = self.at
        while self.at == inside or self.text[self.at] != "]":
            found = _CLASS_ITEM.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
        self.at += 1
        return _class_of(self.text[start + 1] == "^", self.text[inside : self.at - 1])

    def _group(self) -> str:
        for opening, noun in _REFUSED.items():
            if self.text.startswith(opening, self.at):
                raise ValueError(f"{noun} not possible here.")
        if self.text.startswith("(?#", self.at):
            self.at = self.text.index(")", self.at) + 1
            return ""
        if self.text.startswith("(?P<", self.at):
            self.at = self.text.index(">", self.at) + 1
            return "("
        if found := _FLAGGED.match(self.text, self.at):
            self.at = found.end()
            return _flagged(found[1], found[2] or "", found[3])
        self.at += 1
        return "("

    def _repeat(self, found: "re.Match[str]") -> str:
        self.at = found.end()
        if self.text.startswith("+", self.at):
            raise ValueError("Possessive repetitions (as in a++) are not possible here.")
        if found[0] == "{,}":
            return "*"
        return found[0].replace("{,", "{0,")


_REFUSED = {
    "(?=": "Looking ahead is",
    "(?!": "Looking ahead is",
    "(?<=": "Looking behind is",
    "(?<!": "Looking behind is",
    "(?P=": "References back to a group are",
    "(?(": "Conditions are",
    "(?>": "Atomic groups are",
}


def _flagged(on: str, off: str, end: str) -> str:
    if refused := sorted({*on, *off} - set(_FLAGS)):
        raise ValueError(f"The flag {refused[0]} is not possible here.")
    flags = "".join(_FLAGS[one] for one in on) + (f"-{off}" if off else "")
    return f"(?{flags}{end}" if flags or end == ":" else ""


def _class_of(is_negated: bool, inside: str) -> str:
    found = []
    at = 0
    while at < len(inside):
        one = inside[at]
        if one != "\\":
            at += 1
            found.append(rf"\{one}" if one in "[]" else one)
        elif octal := _OCTAL_IN_CLASS.match(inside, at + 1):
            at = octal.end()
            found.append(_character(int(octal[0], 8)))
        elif numbered := _NUMBERED.match(inside, at + 1):
            at = numbered.end()
            found.append(_character(_number(numbered[0])))
        else:
            letter = inside[at + 1]
            at += 2
            found.append(_CATEGORIES.get(letter) or _character(ord(_CONTROLS.get(letter, letter))))
    return f"[{'^' if is_negated else ''}{''.join(found)}]"


def _number(escape: str) -> int:
    return ord(unicodedata.lookup(escape[2:-1])) if escape[0] == "N" else int(escape[1:], 16)


def _character(number: int) -> str:
    """A literal character, inside and outside of classes."""
    one = chr(number)
    return one if one.isascii() and one.isalnum() else f"\\x{{{number:X}}}"


@dataclass(slots=True)
class _Rewriting:
    compiled: "re.Pattern[str]"
    parts: list[str] = field(default_factory=list)
    literals: int = 0
    references: int = 0

    def text(self, text: str) -> None:
        self.parts.append(text.replace("\\", "\\\\"))
        self.literals += len(text)

    def character(self, number: int) -> None:
        if not number:
            raise ValueError("The character of the number 0 is in no text.")
        self.text(chr(number))

    def group(self, name: str) -> None:
        known = self.compiled.groupindex
        number = (
            int(name) if name.isascii() and name.isdecimal() else known.get(name, self.compiled.groups + 1)
        )
        if number > self.compiled.groups:
            raise ValueError(f"The expression has no group {name}.")
        if number > _MAX_GROUPS:
            raise ValueError(f"Only the first {_MAX_GROUPS} groups can be repeated.")
        self.parts.append(f"\\{number}")
        self.references += 1

    def escaped(self, one: str) -> None:
        if one not in _CONTROLS and (not one or (one.isascii() and one.isalpha())):
            raise ValueError(f"\\{one} says nothing in a replacement; \\\\ is a backslash.")
        self.text(_CONTROLS.get(one) or ("\\" if one == "\\" else f"\\{one}"))


_TEMPLATE = re.compile(
    r"\\g<(?P<name>[^>]+)>|\\(?P<octal>0[0-7]?[0-7]?|[0-3][0-7]{2})|\\(?P<group>[1-9][0-9]?)|\\(?P<escaped>.?)"
    r"|(?P<text>[^\\]+)",
    re.DOTALL,
)


def replacement(of: Pattern, template: str) -> Replacement:
    r"""`template` as Python's `re.sub` takes it, with `\1` and `\g<name>`. Raises `ValueError` with a sentence.

    Python is not asked: it would match, which can take for ever.
    """
    rewriting = _Rewriting(of.compiled)
    for found in _TEMPLATE.finditer(template):
        if found["name"]:
            rewriting.group(found["name"])
        elif found["octal"]:
            rewriting.character(int(found["octal"], 8))
        elif found["group"]:
            rewriting.group(found["group"])
        elif found["escaped"] is not None:
            rewriting.escaped(found["escaped"])
        else:
            rewriting.text(found["text"])
    return Replacement("".join(rewriting.parts), rewriting.literals, rewriting.references)
