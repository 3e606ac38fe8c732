"""The operator's setting `allow` to answers: may this host be called, this command run, this secret sent?"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from turbo_yaml.errors import UsageError
from turbo_yaml.records import Record

Address: TypeAlias = IPv4Address | IPv6Address

ANY_PORT: Final = 0
_USUAL_PORTS: Final = (80, 443)
_NAME: Final = re.compile(
    r"(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)\.?"
)
_HOST_AND_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\](?:/\d+)?|[^:]*)(?::(?P<port>\d{1,5}|\*))?")
_SECRET: Final = re.compile(r"(?P<variable>[A-Za-z_][A-Za-z0-9_]*)@(?P<place>.+)")
_TURNS: Final = re.compile(r"[\\%]|/\.\.?(/|$)")  # what may lead out of a folder
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_EXAMPLES: Final = (
    "write `http:api.example.com`, `mcp:COMMAND`, `mcp:https://…` or `secret:VARIABLE@api.example.com`"
)


class _Place(Record):
    """A host, or a range of addresses, and a port: None for the usual ones."""

    name: str
    port: int | None
    network: IPv4Network | IPv6Network | None

    def takes(self, host: str, address: Address | None, port: int) -> bool:
        """Tell whether a host is this one; `address` is what it says where it is an address."""
        if not self.takes_port(port):
            return False
        if address is not None:
            return self.holds(address) or (self.name == "*" and is_public(address))
        if self.name == "*":
            return not _is_local(host)
        if self.name.startswith("*."):
            return host.endswith(self.name[1:]) and len(host) > len(self.name) - 1
        return bool(host) and host == self.name

    def holds(self, address: Address) -> bool:
        """Tell whether the operator wrote this address, or a range that it is in."""
        if self.network is not None:
            return address.version == self.network.version and address in self.network
        return self.name == "localhost" and address.is_loopback

    def takes_port(self, port: int) -> bool:
        """Tell whether a port is this one."""
        return port in _USUAL_PORTS if self.port is None else self.port in (ANY_PORT, port)


class _Secret(Record):
    """A variable of the environment, and where its value may go: one way to say it."""

    variable: str
    place: _Place | None
    command: tuple[str, ...]


class Allowed:
    """What the operator lets flows reach. Without an entry that says so, nothing is."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._places: list[_Place] = []
        self._commands: list[tuple[str, ...]] = []
        self._addresses: list[str] = []
        self._secrets: list[_Secret] = []
        for entry in entries:
            kind, _, rest = entry.partition(":")
            if kind == "env":
                continue  # what flows may read is for the settings to know
            read = {"http": self._add_http, "mcp": self._add_mcp, "secret": self._add_secret}.get(kind)
            if read is None or not rest.strip():
                raise UsageError(f"`{entry}` in `allow` allows nothing that is known", hint=_EXAMPLES)
            read(entry, rest.strip())

    @classmethod
    def of(cls, entries: Iterable[str] | None) -> Allowed:
        """Return what the setting `allow` allows; `UsageError` for an entry that says nothing."""
        return cls(tuple(entries or ()))

    def host(self, host: str, port: int) -> bool:
        """Tell whether flows may call a host, a name or an address, at a port."""
        host, address = plain_host(host)
        return any(place.takes(host, address, port) for place in self._places)

    def address(self, address: str, port: int) -> bool:
        """Tell whether a host that is allowed may be at an address: a public one, or one that is listed."""
        read = read_address(address)
        return read is not None and (
            is_public(read) or any(place.holds(read) and place.takes_port(port) for place in self._places)
        )

    def command(self, words: Sequence[str]) -> bool:
        """Tell whether flows may start a command: all of its words count."""
        return any(_same_words(known, words) for known in self._commands)

    def server(self, address: str) -> bool:
        """Tell whether flows may use the MCP server at an address: as listed, or below it."""
        return any(_is_under(address, known) for known in self._addresses)

    def secret(self, variable: str, *, host: str = "", port: int = 0, command: Sequence[str] = ()) -> bool:
        """Tell whether the value of a variable may go to a host, or into a command's environment."""
        host, address = plain_host(host)
        return any(
            known.variable == variable
            and (_same_words(known.command, command) if command else _takes(known.place, host, address, port))
            for known in self._secrets
        )

    def with_server(self, host: str, port: int) -> Allowed:
        """Return what is allowed to the connection of one MCP server: its host, at addresses as before."""
        narrow = Allowed(())
        shown = f"[{host}]" if ":" in host else host
        narrow._add_http("", f"{shown}:{port}")
        narrow._places += [place for place in self._places if place.network is not None]
        return narrow

    def _add_http(self, entry: str, rest: str) -> None:
        place = _read_place(rest)
        if place is None:
            hint = "write `http:HOST` or `http:HOST:PORT`, without `https://` and without a path"
            raise UsageError(f"`{entry}` in `allow` names no host", hint=hint)
        self._places.append(place)

    def _add_mcp(self, entry: str, rest: str) -> None:
        if rest.startswith(("http://", "https://")):
            self._addresses.append(rest)
        else:
            self._commands.append(_words(entry, rest))

    def _add_secret(self, entry: str, rest: str) -> None:
        found = _SECRET.fullmatch(rest)
        if found is None:
            hint = "write `secret:VARIABLE@HOST`, or the words of an MCP command after the `@`"
            raise UsageError(f"`{entry}` in `allow` does not say where a secret may go", hint=hint)
        where = found["place"].strip()
        self._secrets.append(_Secret(found["variable"], _read_place(where), _words(entry, where)))


def plain_host(host: str) -> tuple[str, Address | None]:
    """Return a host as it is compared, and the address that it is, if any."""
    plain = host.strip("[]").lower().removesuffix(".")
    return plain, read_address(plain)


def read_address(text: str) -> Address | None:
    """Return the address that a text is: an IPv4 address inside an IPv6 address is that IPv4 address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF):
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        return inside or address
    return address


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet."""
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or not host


def _takes(place: _Place | None, host: str, address: Address | None, port: int) -> bool:
    return place is not None and place.takes(host, address, port)


def _read_place(text: str) -> _Place | None:
    """Return the host, range or address that a text names, with its port; None where it names none."""
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None:
        return None
    host = found["host"].lower().replace("[", "").replace("]", "")
    port = None if found["port"] is None else ANY_PORT if found["port"] == "*" else int(found["port"])
    if port is not None and port > 65535:
        return None
    try:
        return _Place("", port, ip_network(host, strict=False))
    except ValueError:
        pass
    return _Place(host.removesuffix("."), port, None) if _NAME.fullmatch(host) else None


def _words(entry: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise UsageError(f"`{entry}` in `allow` has a quotation mark without its other") from None


def _same_words(known: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether the words of a command are those allowed; a last `*` stands for any more."""
    if known and known[-1] == "*":
        return len(known) > 1 and tuple(words[: len(known) - 1]) == tuple(known[:-1])
    return bool(known) and tuple(words) == tuple(known)


def _is_under(address: str, known: str) -> bool:
    """Tell whether an address has the origin of a known one, and its path or one below it."""
    try:
        one, other = urlsplit(address), urlsplit(known)
        same = (one.scheme, one.hostname, port_of(one.scheme, one.port)) == (
            other.scheme,
            other.hostname,
            port_of(other.scheme, other.port),
        )
    except ValueError:
        return False
    base = other.path.rstrip("/")
    if one.path.rstrip("/") == base:
        return same
    return same and one.path.startswith(base + "/") and not _TURNS.search(one.path)


def port_of(scheme: str, port: int | None) -> int:
    """Return the port of an address: that of its scheme where it names none."""
    return port or (443 if scheme == "https" else 80)
