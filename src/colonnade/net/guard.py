"""Which addresses may be reached from here. A portal fetches what its publishers name; it must not become their window
into the network that it stands in.

Whatever keeps an address from being fetched, a forbidden one, a name that nobody knows or a port where nobody listens:
the answer is the same, so that it tells nothing about the inside.
"""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence

import httpx2

from colonnade.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""Host name and port -> its addresses, the preferred one first. Raises OSError when there is none."""

MAX_URL = 8192

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that was ever given out for the public Internet. Mapped and compatible IPv4, NAT64, unique local, link
local and multicast addresses are outside of it."""

REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "168.63.129.16/32",  # the host of an Azure machine, on a public address
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata among them
        "192.88.99.0/24",  # 6to4 relays, given up
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",
        "2001::/23",  # protocol assignments: Teredo, which carries an IPv4 address, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
"""Refused beside what `ipaddress` does not call global; versions of Python differ in that."""

REFUSED_PORTS = frozenset(
    # The ports that browsers refuse (Fetch Standard, "port blocking") ...
    {
        0,
        1,
        7,
        9,
        11,
        13,
        15,
        17,
        19,
        20,
        21,
        22,
        23,
        25,
        37,
        42,
        43,
        53,
        69,
        77,
        79,
        87,
        95,
        101,
        102,
        103,
        104,
    }
    | {
        109,
        110,
        111,
        113,
        115,
        117,
        119,
        123,
        135,
        137,
        139,
        143,
        161,
        179,
        389,
        427,
        465,
        512,
        513,
        514,
        515,
    }
    | {526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049}
    | {3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
    # ... and those of databases and caches that speak in lines.
    | {1433, 1521, 3306, 5432, 6379, 11211, 27017}
)

_OWN_NAMES = re.compile(r"(.+\.)?localhost|localhost\.localdomain|localhost[46]?|ip6-(localhost|loopback)")
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def unreachable() -> Invalid:
    """The same for whatever the reason is: it would tell what is inside."""
    message = (
        "This address cannot be fetched. (Addresses inside a private network are fetched with "
        "COLONNADE_ALLOW_PRIVATE_FETCH=1 alone.)"
    )
    return Invalid(message, code="fetch.unreachable")


def checked_url(text: str) -> httpx2.URL:
    """An absolute http or https address in its normal form. Raises `Invalid`.

    IPv4 addresses in odd forms (`2130706433`, `0x7f.1`, `127.1`) are refused, as is a name and password in the address.
    """
    if len(text) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", text):
        raise _wrong("This is not an address that can be fetched.")
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise _wrong("This is not an address that can be fetched.") from error
    if url.scheme not in {"http", "https"}:
        raise _wrong("Only addresses that begin with http:// or https:// can be fetched.")
    if url.userinfo:
        raise _wrong("A user name and password do not belong into the address; give them as authentication.")
    if url.port is not None and (url.port in REFUSED_PORTS or url.port > 65535):
        raise _wrong(f"Nothing is fetched from port {url.port}.")
    return url.copy_with(host=_checked_host(url.raw_host.decode("ascii")), fragment=None)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet, and of no network that leads back inside."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.scope_id is not None or address not in GLOBAL_UNICAST
    ):
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in REFUSED_NETWORKS)


class Guard:
    """Names to addresses that may be connected to. `allow_private`: to any address, for tests and intranets."""

    def __init__(self, resolver: Resolver, *, allow_private: bool) -> None:
        self._resolver = resolver
        self._allow_private = allow_private

    def addresses(self, host: str, port: int, *, seconds: float) -> list[str]:
        """The addresses of `host` that may be connected to, at least one. Raises `Invalid` (`fetch.unreachable`).

        Connect to these and do not resolve again: the next answer may be another one.
        """
        if not self._allow_private and _OWN_NAMES.fullmatch(host):
            raise unreachable()
        found = [one for one in self._resolved(host, port, seconds) if self._may_reach(one)]
        if not found:
            raise unreachable()
        return found

    def _resolved(self, host: str, port: int, seconds: float) -> Sequence[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            return _within(seconds, lambda: self._resolver(host, port))

    def _may_reach(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return self._allow_private or is_public(address)


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver knows of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _checked_host(host: str) -> str:
    host = host.removesuffix(".")
    if "%" in host:  # a zone of this machine, or a hidden character
        raise unreachable()
    if ":" in host:
        return str(_literal(ipaddress.IPv6Address, host))
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # A name never ends in a number; C libraries read such text as an IPv4 address in one of many forms.
        return str(_literal(ipaddress.IPv4Address, host))
    if not _NAME.fullmatch(host):
        raise unreachable()
    return host


def _literal(kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address], host: str) -> Address:
    try:
        return kind(host)
    except ValueError as error:
        raise unreachable() from error


def _within(seconds: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
    """The system's resolver cannot be told to hurry, so it is asked in a thread that may be left behind."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve())
        except OSError:
            answers.put(())

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return ()


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="fetch.address")
