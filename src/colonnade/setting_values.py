"""How the text of a setting becomes a value. Each raises ValueError, whose message says what was expected."""

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `is_tls`: encrypted from the first byte; else by STARTTLS where the server can do it."""

    host: str
    port: int
    is_tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def folder(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # `~name` of a user who has no home
        raise ValueError("a folder") from error


def integer(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,18}", text) is None or int(text) < minimum:
            raise ValueError(f"a whole number of at least {minimum}")
        return int(text)

    return parse


_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def size(text: str) -> int:
    """Bytes: `1048576`, `1024K`, `1 MiB`. Units are powers of 1024."""
    match = re.fullmatch(r"([0-9]{1,18}) ?(?:([KMGT])(?:iB)?)?", text)
    size = int(match[1]) << _UNITS[match[2] or ""] if match else 0
    if size < 1:
        raise ValueError("a number of bytes, such as 1048576, 512M or 2 GiB")
    return size


def seconds(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) is None or float(text) <= 0:
        raise ValueError("a number of seconds above 0, such as 30 or 0.5")
    return float(text)


def threads(text: str) -> int:
    if text == "all":
        return os.cpu_count() or 1
    try:
        return integer(1)(text)
    except ValueError:
        raise ValueError("a whole number of at least 1, or all") from None


def switch(text: str) -> bool:
    value = {"1": True, "true": True, "yes": True, "on": True}.get(text.lower())
    if value is None and text.lower() not in {"0", "false", "no", "off"}:
        raise ValueError("1 or 0")
    return bool(value)


def pattern(pattern: str, expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(expected)
        return text

    return parse


mail_address = pattern(r"[^\s@]{1,64}@[^\s@]{1,185}", "a mail address")


def site(text: str) -> str:
    """An origin without its final slash. No path: the doors' paths start at the root of a site."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or f"{parts.scheme}://{parts.netloc}" != text.rstrip("/") or "@" in parts.netloc:
        raise ValueError("an address without a path, such as https://data.example.org")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("an address that starts with http:// or https://")
    return text.rstrip("/")


def networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise ValueError("addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8") from None


_MAIL_PORTS = {("smtps", True): 465, ("smtps", False): 465, ("smtp", True): 587, ("smtp", False): 25}
"""By scheme, and whether one signs in there."""


def mail_server(text: str) -> MailServer:
    """`smtp://host`, `smtps://user:password@host:465`; user and password are percent-encoded."""
    expected = "an address such as smtp://mail.example.org:25 or smtps://user:password@mail.example.org"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(expected) from None
    has_rest = parts.path not in {"", "/"} or parts.query or parts.fragment
    if parts.scheme not in {"smtp", "smtps"} or not host or has_rest or port == 0 or re.search(r"\s", text):
        raise ValueError(expected)
    username = unquote(parts.username) if parts.username else None
    if (username is None) != (not parts.password):
        raise ValueError("a user and a password, or neither of them")
    return MailServer(
        host=host,
        port=port or _MAIL_PORTS[parts.scheme, username is not None],
        is_tls=parts.scheme == "smtps",
        username=username,
        password=unquote(parts.password) if parts.password else None,
    )
