"""A request to the data of its answer, through the redirects that the operator allows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

import httpx2

from turbo_yaml.errors import ToolError
from turbo_yaml.flow.endpoint import Endpoint
from turbo_yaml.tools.allowed import Allowed, port_of
from turbo_yaml.tools.http.guarded import CONNECT_TIMEOUT, GuardedTransport
from turbo_yaml.tools.http.responses import read_result
from turbo_yaml.version import __version__
from turbo_yaml.wire.hidden import Hidden
from turbo_yaml.wire.wording import shown_address

MOST: Final = 4 << 20  # bytes of a response, decompressed
_REDIRECTS: Final = 5
_REDIRECTING: Final = (301, 302, 303, 307, 308)
_SENT: Final = {
    "accept": "application/json, text/*;q=0.9, */*;q=0.1",
    "accept-encoding": "gzip",
    "user-agent": f"turbo-yaml/{__version__}",
}
# The whole has a limit of its own.
_LIMITS: Final = {"timeout": {"connect": CONNECT_TIMEOUT, "read": None, "write": None, "pool": None}}


class Sending:
    """What the requests of one tool have in common. `headers` have small letters."""

    def __init__(
        self, endpoint: Endpoint, headers: Mapping[str, str], secret: Hidden, allowed: Allowed
    ) -> None:
        self._endpoint = endpoint
        self._own = headers
        self._secret = secret
        self._allowed = allowed

    async def result(self, url: str, content: bytes | None, seconds: float) -> Any:
        """Return the data of the answer; `ToolError` where none comes whole within the time."""
        try:
            async with (
                asyncio.timeout(seconds) as deadline,
                aclosing(GuardedTransport(self._allowed, most=MOST)) as transport,
            ):
                return await self._ask(transport, url, content)
        except TimeoutError:
            if not deadline.expired():
                raise
            message = f"`{self._endpoint.place}` gave no whole answer within {seconds:g} s"
            raise ToolError(message, kind="timeout", retryable=True) from None

    async def _ask(self, transport: GuardedTransport, url: str, content: bytes | None) -> Any:
        own = {name: self._secret.into(text) for name, text in self._own.items()}
        request = _request(self._endpoint.method, httpx2.URL(url), own, content)
        del own
        for _ in range(_REDIRECTS + 1):
            response = await transport.handle_async_request(request)
            async with aclosing(response):
                if response.status_code not in _REDIRECTING:
                    return await read_result(response, request.url.host, self._secret)
                request = self._redirected(request, response)
        raise ToolError(f"`{self._endpoint.place}` redirects more than {_REDIRECTS} times")

    def _redirected(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Request:
        """Return the request that a redirect asks for, without the tool's headers on another host."""
        url, status = self._location(request.url, response), response.status_code
        turned = status == 303 or (status in (301, 302) and request.method == "POST")
        method = "GET" if turned and request.method != "HEAD" else request.method
        stays = (url.scheme, url.host, url.port) == (
            request.url.scheme,
            request.url.host,
            request.url.port,
        )
        own = {name: request.headers[name] for name in self._own if stays and name in request.headers}
        return _request(method, url, own, None if turned else request.content)

    def _location(self, url: httpx2.URL, response: httpx2.Response) -> httpx2.URL:
        """Return where a redirect leads; `ToolError` where that is not allowed."""
        try:
            to = url.join(response.headers["location"])
        except (KeyError, httpx2.InvalidURL, ValueError):
            raise ToolError(f"`{url.host}` redirects to nowhere that can be called") from None
        shown = shown_address(f"{to.scheme}://{to.netloc.decode('ascii', 'replace')}")
        if url.scheme == "https" and to.scheme != "https":
            raise ToolError(f"`{url.host}` redirects to `{shown}`, which is not encrypted", kind="refused")
        if to.userinfo or not self._allowed.host(to.host, port_of(to.scheme, to.port)):
            raise ToolError(f"`{url.host}` redirects to `{shown}`, which is not allowed", kind="refused")
        return to


def _request(method: str, url: httpx2.URL, own: Mapping[str, str], content: bytes | None) -> httpx2.Request:
    kind = {"content-type": "application/json"} if content else {}
    return httpx2.Request(
        method, url, headers={**_SENT, **kind, **own}, content=content or None, extensions=dict(_LIMITS)
    )
