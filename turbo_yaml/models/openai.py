"""A `Request` to a `Reply` over HTTP, through the official client; the only importer of `openai`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from turbo_yaml.models.choosing import choose, several
from turbo_yaml.models.faults import SERVER, Fault, fault_of_error
from turbo_yaml.models.known.abilities import check_attachments
from turbo_yaml.models.pacing import Entry, Pace, no_turn
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.report import model_error
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.models.wire.chat import as_developer, chat_body
from turbo_yaml.models.wire.completion import read_choices, read_completion
from turbo_yaml.models.wire.embeddings import read_embeddings
from turbo_yaml.models.wire.form import is_wrapped, unwrapped
from turbo_yaml.models.wire.listing import read_models
from turbo_yaml.models.wire.response import Body, Response, read_json
from turbo_yaml.models.wire.streaming import StreamReader
from turbo_yaml.models.wire.veiled import VeiledDeltas, veiled
from turbo_yaml.records import replace
from turbo_yaml.wire.veil import Veil
from turbo_yaml.wire.wording import reason, shown_address

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PATH = "/chat/completions"
EMBEDDINGS = "/embeddings"
MODELS = "/models"
DEFAULT_TIMEOUT = 600.0  # seconds for a whole call
CONNECT_TIMEOUT = 10.0  # seconds
MAX_REPLY = 32 << 20  # bytes
MAX_ERROR = 1 << 20  # bytes


class OpenAIModel:
    """The models of one server. Belongs to the event loop of its first call."""

    def __init__(self, provider: Provider, api_key: str | None = None) -> None:
        self.provider = provider
        self._api_key = api_key
        self._veil = Veil(api_key)
        self._client: AsyncOpenAI | None = None
        self._stream_class: Any = None
        self._pace = Pace(provider.requests_per_minute, provider.tokens_per_minute)

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Ask the server once; `ModelError` when there is no whole answer.

        The setting `timeout`, in seconds, bounds the whole call with its stream and the time of `on_delta`.
        """
        try:
            return await self._ask(request, on_delta)
        except Fault as fault:
            problem = model_error(fault, self.provider, request.model, self._api_key)
        raise problem  # here, so that it does not lead to what the server said: that may be the key

    async def embed(self, model: str, texts: Sequence[str], settings: Mapping[str, Any]) -> list[list[float]]:
        """Return the embedding of each text, asked for in one request; `ModelError` when there is none.

        Of the settings only `timeout` counts, in seconds.
        """
        seconds = float(settings.get("timeout") or DEFAULT_TIMEOUT)
        body = {"model": model, "input": [*texts], "encoding_format": "float"}
        client = self._client or self._connect()
        try:
            async with asyncio.timeout(seconds):
                response = await self._post(client, EMBEDDINGS, body)
                try:
                    data = await Body(response, MAX_REPLY).whole()
                finally:
                    await response.aclose()
            return read_embeddings(read_json(data), len(texts))
        except TimeoutError:
            late = Fault("timeout", f"{SERVER} gave no embeddings within {seconds:g} s")
            problem = model_error(late, self.provider, model, self._api_key)
        except Fault as fault:
            problem = model_error(fault, self.provider, model, self._api_key)
        raise problem

    async def offered(self, seconds: float) -> list[str]:
        """Return the names of the models that the server offers, within some seconds; `ModelError`."""
        client = self._client or self._connect()
        try:
            async with asyncio.timeout(seconds):
                response = await self._send(client.get(MODELS, cast_to=object, **self._streamed()))
                try:
                    data = await Body(response, MAX_REPLY).whole()
                finally:
                    await response.aclose()
            return [self._veil.over(name) for name in read_models(read_json(data))]
        except TimeoutError:
            late = Fault("timeout", f"{SERVER} gave no list of models within {seconds:g} s")
            problem = model_error(late, self.provider, "", self._api_key)
        except Fault as fault:
            problem = model_error(fault, self.provider, "", self._api_key)
        raise problem

    async def aclose(self) -> None:
        """Close the connections. A later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ask(self, request: Request, on_delta: OnDelta | None) -> Reply:
        check_attachments(request, self.provider.name)
        wrapped = request if is_wrapped(request, self.provider.structured) else None
        whole = on_delta is None or several(request.settings)
        deltas = VeiledDeltas(on_delta, self._veil) if on_delta is not None and self._veil else None
        tell = on_delta if deltas is None else deltas.add
        reader = None if whole or tell is None else StreamReader(tell, wrapped)
        seconds = float(request.settings.get("timeout") or DEFAULT_TIMEOUT)
        client = self._client or self._connect()
        reply: Reply | None = None
        entry: Entry | None = None
        try:
            async with asyncio.timeout(seconds) as deadline:
                entry = await self._pace.enter(request, asyncio.get_running_loop().time() + seconds)
                response = await self._post(client, PATH, self._body(request, streamed=reader is not None))
                self._pace.hear(request.model, response.headers)
                try:
                    if reader is not None:
                        await reader.read(response, deadline)
                    else:
                        reply = veiled(await _read_whole(response, wrapped, request.settings), self._veil)
                        if on_delta is not None:
                            await on_delta(Delta(reply.content, reply.reasoning))
                finally:
                    await response.aclose()
        except Fault as fault:
            if entry is not None and fault.kind == "rate_limit" and fault.retry_after is not None:
                self._pace.hold(request.model, fault.retry_after)
            raise
        except TimeoutError:
            if not deadline.expired():
                raise  # the reader of the deltas ran into a limit of its own
            if entry is None:
                raise no_turn(self._pace.wait(request)) from None
            if reader is None or not reader.finished:
                raise Fault("timeout", f"{SERVER} gave no whole answer within {seconds:g} s") from None
        if reader is not None:
            if deltas is not None:
                await deltas.finish()
            reply = veiled(await reader.finish(), self._veil)
        assert reply is not None and entry is not None
        self._pace.settle(entry, reply)
        return replace(
            reply,
            finish_reason=self._kept(reply.finish_reason),
            model=self._kept(reply.model),
            request_id=self._kept(response.headers.get("x-request-id")),
        )

    def _kept(self, told: str | None) -> str | None:
        """Return what a server tells beside its reply, which is recorded, without the key that was sent."""
        return told if told is None or not self._api_key else told.replace(self._api_key, "***")

    def _body(self, request: Request, *, streamed: bool) -> dict[str, Any]:
        """Return what is sent for a turn."""
        body = chat_body(request, self.provider.structured, self.provider.rename)
        if any(fnmatchcase(request.model, pattern) for pattern in self.provider.developer):
            as_developer(body["messages"])
        if streamed:
            body["stream"] = True
            if self.provider.stream_usage:
                body.setdefault("stream_options", {"include_usage": True})
        return body

    async def _post(self, client: AsyncOpenAI, path: str, body: Mapping[str, Any]) -> Response:
        """Send the request and return the response, its body not yet read; `Fault` on a bad status."""
        return await self._send(client.post(path, cast_to=object, body=body, **self._streamed()))

    def _streamed(self) -> dict[str, Any]:
        """Return what asks the client for a stream of ours: the bytes are read here, under a cap."""
        return {"stream": True, "stream_cls": self._stream_class}

    async def _send(self, request: Awaitable[Any]) -> Response:
        try:
            stream = await request
        except Exception as error:
            raise self._fault(error) from None
        response: Response = stream.response
        return response

    def _connect(self) -> AsyncOpenAI:
        """Make the client; nothing is sent yet."""
        try:
            self._client = self._make_client()
        except Exception as error:
            raise self._fault(error) from None
        return self._client

    def _make_client(self) -> AsyncOpenAI:
        import openai

        self._stream_class = openai.AsyncStream[object]
        transport = openai.DefaultAsyncHttpxClient(
            follow_redirects=False,  # a key goes to no other address
            event_hooks={"response": [_refuse]},
            timeout=openai.Timeout(None, connect=CONNECT_TIMEOUT),
        )
        key = self._api_key or "none"
        # What the environment tells the client of OpenAI's own server goes to no other.
        foreign = self.provider.api_key_env != "OPENAI_API_KEY"
        headers: dict[str, Any] = dict.fromkeys(_environment_headers(), openai.Omit()) if foreign else {}
        client = openai.AsyncOpenAI(
            api_key=key,
            base_url=self.provider.base_url,
            max_retries=0,
            http_client=transport,
            timeout=openai.Timeout(None, connect=CONNECT_TIMEOUT),
            default_headers=headers | {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"},
        )
        if foreign:
            client.organization = client.project = None
        return client

    def _fault(self, error: Exception) -> Fault:
        """Return the fault of a request that got no response, or one with a bad status.

        What the machine lacks is no fault of a server, and is raised again.
        """
        cause = error if isinstance(error, Fault) else error.__cause__
        for lacking in (error, cause):
            if isinstance(lacking, MemoryError | ImportError):
                raise lacking
        if isinstance(cause, Fault):
            return cause
        import openai

        where = shown_address(self.provider.base_url)
        if isinstance(error, openai.APITimeoutError):
            said = f"{SERVER} made no connection at {where} within {CONNECT_TIMEOUT:g} s"
            return Fault("connection", said, worked=False)
        if isinstance(error, openai.APIConnectionError):
            unheard = type(cause).__name__ in ("ConnectError", "UnsupportedProtocol")
            said = f"{SERVER} does not answer at {where}: {reason(error)}"
            return Fault("connection", said, worked=not unheard)
        if isinstance(error, ValueError | TypeError | RecursionError):
            return Fault("bad_request", f"the request cannot be written as JSON: {error}", hint="")
        return Fault("connection", f"{SERVER} cannot be asked at {where}: {reason(error)}", worked=False)


def _environment_headers() -> list[str]:
    """Return the names of the headers that the client takes from the environment."""
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return [name.strip() for name, colon, _ in (line.partition(":") for line in lines) if colon]


async def _refuse(response: Response) -> None:
    """Raise the fault of a response whose status is not good, before anything reads its body."""
    status = response.status_code
    if 200 <= status < 300:
        return
    headers = response.headers
    if 300 <= status < 400:
        target = shown_address(headers.get("location", "another address"))
        raise Fault("not_found", f"{SERVER} answered {status}: moved to {target}", status=status)
    text = (await Body(response, MAX_ERROR).beginning()).decode("utf-8", "replace")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = text
    raise fault_of_error(status, data, headers)


async def _read_whole(response: Response, wrapped: Request | None, settings: Mapping[str, Any]) -> Reply:
    """Return the reply of a response in one piece, or the one that is taken of several."""
    data = read_json(await Body(response, MAX_REPLY).whole())
    replies = read_choices(data) if several(settings) else [read_completion(data)]
    if wrapped is not None:
        replies = [replace(reply, content=unwrapped(reply.content, wrapped)) for reply in replies]
    return choose(replies, settings) if len(replies) > 1 else replies[0]
