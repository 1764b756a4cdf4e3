"""Which characters a text file holds: detection, a strict check of the whole file, and UTF-8 for whoever reads on."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from charset_normalizer import from_bytes

from colonnade.errors import Invalid
from colonnade.formats.port import Source

_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 64 << 10

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["cp1252", "cp1250", "cp1251", "cp1253", "shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]
"""What spreadsheets of the world really write. The detector knows more, and finds them in short files by mistake."""

_WESTERN = "cp1252"
SLOPPY = "sloppy-windows-1252"
LATIN_ERRORS = "colonnade-latin"
"""An error handler of codecs: with it, Windows-1252 reads every byte."""
_UTF8 = (None, "utf-8", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that is valid UTF-8 without NULs. `line_ends`: the kinds of line end that occur anywhere in it.
    `longest_line`: bytes, at least so many. `encoding`: that of the file as it was sent."""

    path: Path
    line_ends: frozenset[bytes]
    longest_line: int
    has_quotes: bool
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class BadByte:
    """Where a file stops being text: a 0-based offset in bytes, and why."""

    at: int
    why: str
    is_nul: bool = False


def as_utf8(source: Source, scratch: Path) -> TextFile:
    """The file as UTF-8: itself if it is that, else a copy in `scratch`.

    Its parameter `encoding` overrides detection. Raises `Invalid` for a file that its encoding cannot read, that
    holds NULs or nothing at all.
    """
    given = source.params.get("encoding")
    encoding = known(source, str(given)) if given else None
    with source.path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if not head:
        raise Invalid(f"The file {source.name} is empty", code="file.empty")
    encoding, fault = _detected(source.path, head, encoding)
    path = source.path
    if encoding not in _UTF8:
        path = _transcoded(source, str(encoding), scratch, is_given=bool(given))
        fault = _utf8_fault(path)
    if fault:
        line = _line_of(path, fault)
        message = f"The file {source.name} cannot be read: line {line} holds {fault.why}"
        raise Invalid(message, code="file.encoding", line=line)
    return replace(_scanned(source, path), encoding="utf-8" if encoding in _UTF8 else str(encoding))


def known(source: Source, name: str) -> str:
    """The codec's own name. Only codecs between text and bytes are let in."""
    if name.lower() == SLOPPY:
        return SLOPPY
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        message = f"The file {source.name} cannot be read: there is no encoding “{name}”"
        raise Invalid(message, code="file.encoding") from None


def found(path: Path) -> str:
    """What `as_utf8` finds out of a file whose encoding nobody tells: the name of a codec, or `SLOPPY`."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    encoding, _ = _detected(path, head, None)
    return "utf-8" if encoding in _UTF8 else str(encoding)


def _detected(path: Path, head: bytes, given: str | None) -> tuple[str | None, BadByte | None]:
    """The encoding, and where a file that is to be UTF-8 is not. `given`: the one that it is said to be of."""
    encoding = given or from_bom(head)
    fault = _utf8_fault(path) if encoding in _UTF8 else None
    if fault and not fault.is_nul and encoding is None:
        encoding = _guess(path, head, fault.at)
    return encoding, fault


def from_bom(head: bytes) -> str | None:
    """The encoding that a mark at the start tells, or that many NULs do; None if neither is there."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return None


def _guess(path: Path, head: bytes, fault: int) -> str:
    """The likeliest encoding of a file that is not UTF-8, which shows at the byte `fault`."""
    with path.open("rb") as file:
        file.seek(max(0, fault - _SAMPLE_BYTES // 2))
        around = file.read(_SAMPLE_BYTES)
    matches = list(from_bytes(head + around if fault > len(head) else head, cp_isolation=_CANDIDATES))
    if not matches or any(_WESTERN in one.could_be_from_charset for one in matches):
        return _fits(path, _WESTERN)
    return _fits(path, matches[0].encoding)


def _fits(path: Path, encoding: str) -> str:
    """The encoding if it can read the whole file, else the one that can read any."""
    try:
        for _ in _texts(path, encoding):
            pass
    except UnicodeError:
        return SLOPPY
    return encoding


def _transcoded(source: Source, encoding: str, scratch: Path, *, is_given: bool) -> Path:
    target = scratch / f"utf8-{source.path.name}"
    line = 1
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            for text in _texts(source.path, encoding):
                file.write(text)
                line += text.count("\n")
    except UnicodeError as fault:
        if isinstance(fault, UnicodeDecodeError):
            line += fault.object[: fault.start].count(b"\n")
        claim = "is not in the encoding" if is_given else "looks like, but is not in the encoding"
        message = f"The file {source.name} {claim} {encoding}, in line {line} or after it: {fault}"
        raise Invalid(message, code="file.encoding", line=line) from None
    return target


def _texts(path: Path, encoding: str) -> Iterator[str]:
    if encoding == SLOPPY:
        encoding, errors = _WESTERN, LATIN_ERRORS
    else:
        errors = "strict"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _latin(fault: UnicodeError) -> tuple[str, int]:
    """The five bytes that Windows-1252 leaves open, as Latin-1 reads them."""
    assert isinstance(fault, UnicodeDecodeError)
    return fault.object[fault.start : fault.end].decode("latin-1"), fault.end


codecs.register_error(LATIN_ERRORS, _latin)


def _utf8_fault(path: Path) -> BadByte | None:
    """The first byte that is not UTF-8, or is a NUL."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                return BadByte(read - pending + fault.start, "a byte that is not UTF-8")
            if (nul := chunk.find(0)) >= 0:
                return BadByte(read + nul, "a NUL character, which no text has", is_nul=True)
            read += len(chunk)
    return BadByte(read, "an unfinished UTF-8 character") if decoder.getstate()[0] else None


def _line_of(path: Path, fault: BadByte) -> int:
    """The number of the line that it is in, from 1."""
    line, ends_with_cr, left = 1, False, fault.at
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            line += chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")
            line -= ends_with_cr and chunk.startswith(b"\n")
            ends_with_cr = chunk.endswith(b"\r")
    return line


def _scanned(source: Source, path: Path) -> TextFile:
    """Which line ends occur; a file of nothing but a mark or blanks counts as empty."""
    ends: set[bytes] = set()
    is_blank, has_quotes, tail, line, longest = True, False, b"", 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            is_blank = is_blank and not chunk.removeprefix(codecs.BOM_UTF8).strip()
            has_quotes = has_quotes or b'"' in chunk
            ends |= _line_ends(tail + chunk)
            tail = b"\r" if chunk.endswith(b"\r") else b""
            last_end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            line = len(chunk) - last_end - 1 if last_end >= 0 else line + len(chunk)
            longest = max(longest, line)
    if tail:
        ends.add(b"\r")
    if is_blank:
        raise Invalid(f"The file {source.name} is empty", code="file.empty")
    return TextFile(path, frozenset(ends), longest, has_quotes)


def _line_ends(chunk: bytes) -> set[bytes]:
    """The kinds of line end in a piece of a file; a final CR is left to the piece after it."""
    both = chunk.count(b"\r\n")
    found = {b"\r\n"} if both else set()
    if chunk.count(b"\n") > both:
        found.add(b"\n")
    if chunk.count(b"\r") - chunk.endswith(b"\r") > both:
        found.add(b"\r")
    return found
