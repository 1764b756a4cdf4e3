"""Content codings of HTTP, undone in pieces of bounded size: httpx inflates whatever one chunk holds at once."""

import zlib
from collections.abc import Iterable, Iterator

from colonnade.errors import Unavailable

ACCEPTED = "gzip, deflate"
PIECE = 1 << 18
"""At most so many bytes come of one step."""

_GZIP = 16 + zlib.MAX_WBITS


def decoded(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The content of a body sent with this `Content-Encoding`. Raises `Unavailable` for any other than those accepted,
    and for a body that is not what it says."""
    name = coding.strip().lower()
    if name in {"", "identity"}:
        return iter(chunks)
    if name in {"gzip", "x-gzip"}:
        return _inflated(chunks, _GZIP)
    if name == "deflate":
        return _deflated(chunks)
    raise _broken("The server sent its answer in an encoding that was not asked for.")


def _deflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The standard means the zlib format by this name; some servers send the bare one."""
    pieces = iter(chunks)
    first = next((one for one in pieces if one), b"")
    is_wrapped = first[:1] != b"" and first[0] & 0x0F == zlib.DEFLATED and first[0] >> 4 <= 7
    wbits = zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS
    yield from _inflated((one for some in ((first,), pieces) for one in some), wbits)


def _inflated(chunks: Iterable[bytes], wbits: int) -> Iterator[bytes]:
    inflater, is_begun = zlib.decompressobj(wbits), False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:  # gzip allows several members, and zeros as padding after the last
                    if not rest.strip(b"\0"):
                        break
                    inflater = zlib.decompressobj(wbits)
                is_begun = True
                yield inflater.decompress(rest, PIECE)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise _broken("The server's answer cannot be decoded.") from error
    if is_begun and not inflater.eof:
        raise _broken("The server's answer is incomplete.")


def _broken(message: str) -> Unavailable:
    return Unavailable(message, code="fetch.broken")
