"""A transport of httpx2 that goes only where the operator allows, and takes only so much."""

from __future__ import annotations

import asyncio
import os
import socket
import zlib
from collections.abc import AsyncIterator
from functools import cache
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import httpx2

from turbo_yaml.errors import ToolError
from turbo_yaml.tools.allowed import Allowed, plain_host, port_of
from turbo_yaml.wire.inflating import PLAIN, Inflater, inflater
from turbo_yaml.wire.wording import reason, shown_address

CONNECT_TIMEOUT: Final = 10.0  # seconds
_MOST_ADDRESSES: Final = 4
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_HOLDS_BODY: Final = ("content-encoding", "content-length", "transfer-encoding")


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends requests to hosts that `allowed` knows. `most` bounds a body, decompressed, in bytes.

    A name is looked up here, and the connection is made to the very address that was looked at. Through a
    proxy of the environment the proxy looks it up. Failures are `ToolError`s.
    """

    def __init__(self, allowed: Allowed, *, most: int) -> None:
        self._allowed = allowed
        self._most = most
        self._transports: dict[tuple[str, ...], httpx2.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response, its body not yet read."""
        url = request.url
        if url.scheme not in ("http", "https"):
            raise _refused(f"`{url.scheme}://` addresses are not called")
        port = port_of(url.scheme, url.port)
        if not self._allowed.host(url.host, port):
            place = url.host if port in (80, 443) else f"{url.host}:{port}"
            raise _refused(f"`{place}` is not allowed", f"to allow it: `--allow http:{place}`")
        try:
            response = await self._send(request, url.host, port)
        except httpx2.HTTPError as error:
            raise _broken(url, error) from None
        except (OSError, ImportError, ValueError) as error:
            raise ToolError(
                f"`{url.host}` cannot be asked: {reason(error)}", kind="connection", retryable=True
            ) from None
        return self._bounded(response, url)

    async def aclose(self) -> None:
        """Close every connection."""
        while self._transports:
            await self._transports.popitem()[1].aclose()

    async def _send(self, request: httpx2.Request, host: str, port: int) -> httpx2.Response:
        proxy = _proxy(request.url.scheme, host, port)
        origin = (request.url.scheme, host, str(port))
        if proxy is not None:
            if plain_host(host)[1] is not None and not self._allowed.address(host, port):
                raise _refused(f"`{host}` is a private address")
            return await self._transport(*origin, proxy).handle_async_request(request)
        addresses = await self._addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._transport(*origin, address).handle_async_request(_at(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._transport(*origin, addresses[-1]).handle_async_request(_at(request, addresses[-1]))

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that may be connected to, in the system's order."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(plain_host(host)[0], port, type=socket.SOCK_STREAM)
        every = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        public = [address for address in every if self._allowed.address(address, port)]
        if not public:
            which = f"`{host}` is at `{every[0]}`" if every and every[0] != host else f"`{host}` is"
            place = f"[{every[0]}]" if every and ":" in every[0] else every[0] if every else host
            raise _refused(
                f"{which}, a private address, which is not allowed",
                f"to allow it: `--allow http:{place}:{port}`",
            )
        return public[:_MOST_ADDRESSES]

    def _transport(self, *key: str) -> httpx2.AsyncHTTPTransport:
        """Return the connections to one host at one address, or through one proxy.

        A connection is shared by nobody else: its certificate was checked for this host's name.
        """
        known = self._transports.get(key)
        if known is None:
            proxy = key[3] if "://" in key[3] else None
            known = self._transports[key] = httpx2.AsyncHTTPTransport(
                verify=_context(*map(os.environ.get, _CERTIFICATES)), proxy=proxy
            )
        return known

    def _bounded(self, response: httpx2.Response, url: httpx2.URL) -> httpx2.Response:
        """Return a response whose body is plain and bounded."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        decoder = inflater(encoding)
        if decoder is None and encoding not in PLAIN:
            raise ToolError(f"`{url.host}` answered in the encoding `{encoding}`, which was not asked for")
        stream: Any = response.stream
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _HOLDS_BODY]
        return httpx2.Response(
            response.status_code,
            headers=headers,
            stream=_Bounded(stream, decoder, url, self._most),
            extensions=response.extensions,
        )


class _Bounded(httpx2.AsyncByteStream):
    """A body that is decompressed as it comes, and ends with an error past a number of bytes."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, decoder: Inflater | None, url: httpx2.URL, most: int
    ) -> None:
        self._stream = stream
        self._decoder = decoder
        self._url = url
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        damaged = ToolError(f"`{self._url.host}` sent damaged compressed data", retryable=True)
        try:
            async for chunk in self._stream:
                for piece in (chunk,) if self._decoder is None else self._decoder.pieces(chunk):
                    size += len(piece)
                    if size > self._most:
                        raise ToolError(f"`{self._url.host}` sent more than {_size(self._most)}")
                    yield piece
        except zlib.error:
            raise damaged from None
        except httpx2.HTTPError as error:
            raise _broken(self._url, error) from None
        if self._decoder is not None and not self._decoder.whole:
            raise damaged

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def _at(request: httpx2.Request, address: str) -> httpx2.Request:
    """Return a request that goes to an address, and still asks for its host by name."""
    stream: Any = request.stream
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,  # with `Host` in them
        stream=stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )


def _proxy(scheme: str, host: str, port: int) -> str | None:
    """Return the proxy that the environment names for a host."""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(f"{host}:{port}") or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@cache
def _context(*_: str | None) -> Any:
    """Return what checks certificates, by what the environment says of them: it takes long to make."""
    return httpx2.create_ssl_context()


def _refused(message: str, hint: str | None = None) -> ToolError:
    return ToolError(message, kind="refused", hint=hint)


def _broken(url: httpx2.URL, error: httpx2.HTTPError) -> ToolError:
    where = shown_address(f"{url.scheme}://{url.netloc.decode('ascii')}")
    if isinstance(error, httpx2.TimeoutException):
        return ToolError(f"`{where}` did not answer in time", kind="timeout", retryable=True)
    return ToolError(f"`{where}` cannot be reached: {reason(error)}", kind="connection", retryable=True)
