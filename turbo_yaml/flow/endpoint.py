"""The text of an HTTP tool, `GET https://host/orders/{id}`, to its parts, or to what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from turbo_yaml.records import Record

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
EXAMPLE: Final = "write it as in `GET https://api.example.com/orders/{id}`"
_TEXT: Final = r"(?:(?P<method>[A-Za-z]+)\s+)?(?P<url>\S+)"
_URL: Final = (
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#:\[\]]*)(?::(?P<port>[^/?#]*))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?"
)
_PLACEHOLDER: Final = r"\{([^{}]*)\}"
_WORD: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_HOST: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\]"
_TURN: Final = r"(?i)(^|/)(\.|%2e){1,2}(/|$)"
_UNENCODED: Final = r"[^\x21-\x7e]|[\"<>\\^`|]|%(?![0-9A-Fa-f]{2})"


class Endpoint(Record):
    """Where a request goes. Names in braces in `path` stand for arguments; the rest is as it is written."""

    method: str
    scheme: str
    host: str
    port: int
    path: str
    query: str
    placeholders: tuple[str, ...]

    @property
    def origin(self) -> str:
        """The address without a path, as it is shown."""
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{self.host}" + ("" if usual else f":{self.port}")

    @property
    def place(self) -> str:
        """The host, with its port where that is not the usual one, as `allow` takes it."""
        return self.host if self.port in (80, 443) else f"{self.host}:{self.port}"

    def filled(self, segments: Mapping[str, str]) -> str | None:
        """Return the path with encoded text in place of the names; None where it would lead elsewhere."""
        path = re.sub(_PLACEHOLDER, lambda found: segments[found[1]], self.path)
        return None if re.search(_TURN, path) else path


def read_endpoint(text: str) -> Endpoint | str:
    """Return the parts of an HTTP tool's text, or a sentence that says what is wrong with it."""
    found = re.fullmatch(_TEXT, text.strip())
    if found is None:
        return "`http` takes a method and an address, with no spaces in the address"
    method = (found["method"] or "GET").upper()
    if method not in METHODS:
        return f"`{method}` is no method of HTTP that a tool may use: {', '.join(METHODS)}"
    return _read_url(method, found["url"])


def _read_url(method: str, text: str) -> Endpoint | str:
    url = re.fullmatch(_URL, text)
    if url is None or url["scheme"].lower() not in ("http", "https"):
        return f"`{text}` is no address that begins with `https://` or `http://`"
    host, port, path = url["host"].lower(), url["port"], url["path"] or "/"
    problem = _problem(host, port, path, url["query"] or "", url["fragment"])
    if problem is not None:
        return problem
    scheme = url["scheme"].lower()
    number = int(port) if port else 443 if scheme == "https" else 80
    names = tuple(dict.fromkeys(re.findall(_PLACEHOLDER, path)))
    return Endpoint(method, scheme, host, number, path, url["query"] or "", names)


def _problem(host: str, port: str | None, path: str, query: str, fragment: str | None) -> str | None:
    """Return what is wrong with the parts of an address."""
    if "@" in host + (port or ""):
        return "an address holds no user name and no password: use `headers` and `secret`"
    if "{" in host or "{" in (port or "") or "{" in query:
        return "an argument in braces stands in the path alone; others are sent by their names"
    if not re.fullmatch(_HOST, host):
        return f"`{host}` is no host" if host else "the address has no host"
    if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port[:9]) < 65536):
        return f"`{port}` is no port: a number from 1 to 65535"
    if fragment:
        return f"`{fragment}` is not sent to a server"
    wrong = next((name for name in re.findall(_PLACEHOLDER, path) if not re.fullmatch(_WORD, name)), None)
    if wrong is not None:
        return f"`{{{wrong}}}` names no argument"
    constant = re.sub(_PLACEHOLDER, "x", path)
    if "{" in constant or "}" in constant:
        return "a brace in the path has no other"
    if re.search(_TURN, constant):
        return "the path has a `.` or `..` where a name was wanted"
    if re.search(_UNENCODED, constant) or re.search(_UNENCODED, query):
        return "the address holds what must be percent-encoded in one"
    return None
