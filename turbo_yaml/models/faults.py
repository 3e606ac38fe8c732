"""What goes wrong with a model call, as data: an answer of a server to a kind, and whether to try again."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from turbo_yaml.models.wire.rates import empty_for
from turbo_yaml.records import Record


class Kind(Record):
    """A kind of failure: may the same request succeed later, the next move, may another model answer.

    `worked`: the model may have answered all the same, and have to be paid.
    """

    retryable: bool
    hint: str
    elsewhere: bool = True
    worked: bool = False


# `{model}`, `{provider}`, `{url}` and `{key}` are filled in; `{key}` says where the key belongs.
KINDS: Mapping[str, Kind] = {
    "timeout": Kind(True, "set a longer `timeout`, or try again later", worked=True),
    "connection": Kind(
        True, "is the server running, and is `{url}` its address? `-m echo` needs no server", worked=True
    ),
    "rate_limit": Kind(True, "wait a little, or set a lower `max_concurrency`"),
    "quota": Kind(
        False, "check the plan and the billing of the account at `{provider}`, or use another model"
    ),
    "auth": Kind(False, "{key}"),
    "not_found": Kind(False, "check the model's name `{model}` and the address `{url}`"),
    "unsupported": Kind(False, "leave out what is attached, or ask a model that takes it"),
    "bad_request": Kind(False, "change the setting, tool or message that the server names", False),
    "context_length": Kind(False, "`forget` older messages, send less, or use a model with a longer context"),
    "content_filter": Kind(False, "change what is sent, or use another model", worked=True),
    "server": Kind(True, "try again later", worked=True),
    "stream": Kind(True, "try again; with `stream: false` the reply is asked for in one piece", worked=True),
    "bad_reply": Kind(False, "is `{url}` an OpenAI-compatible API? most addresses end in `/v1`", worked=True),
    "configuration": Kind(False, "see `turbo-yaml settings list`", False),
}


class Rule(Record):
    """A mark of a kind: every part that is given must fit."""

    kind: str
    codes: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()
    text: re.Pattern[str] | None = None

    def fits(self, status: int | None, codes: frozenset[str], text: str) -> bool:
        """Tell whether an error with this status, these codes and this text bears the mark."""
        return (
            (not self.codes or not self.codes.isdisjoint(codes))
            and (not self.statuses or status is None or status in self.statuses)
            and (self.text is None or self.text.search(text) is not None)
        )


def _rule(kind: str, *, codes: str = "", statuses: tuple[int, ...] = (), text: str = "") -> Rule:
    pattern = re.compile(text, re.IGNORECASE) if text else None
    return Rule(kind, frozenset(codes.split()), frozenset(statuses), pattern)


_REFUSED = (400, 404, 413, 422, 500)

# Codes, types and wordings that servers were seen to use; the first rule that fits decides.
RULES: tuple[Rule, ...] = (
    _rule(
        "context_length", codes="context_length_exceeded context_window_exceeded exceed_context_size_error"
    ),
    _rule(
        "context_length",
        statuses=_REFUSED,
        text=r"maximum context length|context (window|length|size)|(prompt|input) is too long"
        r"|too many input tokens|request too large|reduce the length of"
        r"|exceeds the (maximum|available|model's)[^.]{0,40}(tokens|context)",
    ),
    _rule(
        "quota", codes="insufficient_quota billing_not_active billing_hard_limit_reached insufficient_credits"
    ),
    _rule(
        "rate_limit",
        statuses=(429,),
        text=r"(retry|try again) in \d|per (second|minute|hour|day)|\b[rt]p[md]\b",
    ),
    _rule(
        "quota",
        statuses=(400, 403, 429),
        text=r"insufficient (quota|credits?|balance|funds)|exceeded your current quota|credit balance"
        r"|out of credits|billing|spending limit",
    ),
    _rule(
        "content_filter", codes="content_filter content_policy_violation responsibleaipolicyviolation safety"
    ),
    _rule("content_filter", statuses=(400, 403), text=r"content (management )?policy|moderation|was flagged"),
    _rule("auth", codes="invalid_api_key authentication_error invalid_authentication unauthenticated"),
    _rule("auth", statuses=(400,), text=r"\bapi[ _-]?key\b|\bunauthori[sz]ed\b"),
    _rule("not_found", codes="model_not_found not_found_error model_not_available"),
    _rule(
        "not_found",
        statuses=(400, 404, 422),
        text=r"model\b.{0,120}(not found|not exist|not a valid|not available|not supported)"
        r"|(unknown|no such|invalid) model|not a valid model",
    ),
    _rule("rate_limit", codes="rate_limit_exceeded rate_limit_error resource_exhausted too_many_requests"),
    _rule(
        "unsupported",
        statuses=(*_REFUSED, 415, 501),
        text=r"(support|supports|accept|take|for) (any )?(input )?(image|audio|vision|file)s?\b"
        r"|(image|audio|vision|file) (input|url|content)s? (is|are) (only supported|not (supported|enabled))"
        r"|(image_url|input_audio) is only supported|unknown variant `(image_url|input_audio|file)`"
        r"|at most 0 (image|audio)|provide the mmproj|not a (multimodal|vision) model",
    ),
    # llama.cpp, and servers of its family, answer 500 to what is a mistake in the request.
    _rule(
        "bad_request",
        statuses=(500, 501),
        text=r"json\.exception|schema conversion|parse (grammar|tool call)|invalid (grammar|type|schema)"
        r"|response_format|validation error|must be (one of|a string|an array|an object|provided)"
        r"|unsupported param|requires --jinja|chat template|field required|not supported by",
    ),
    _rule(
        "server",
        codes="overloaded_error server_error api_error internal_error unavailable internal overloaded",
    ),
    _rule("timeout", codes="timeout timeout_error deadline_exceeded request_timeout"),
    _rule("auth", statuses=(401,), codes="permission_error permission_denied"),
)

# What a type says when there is neither a status nor a rule.
TYPES: Mapping[str, str] = {
    "invalid_request_error": "bad_request",
    "invalid_argument": "bad_request",
    "badrequesterror": "bad_request",
    "permission_error": "auth",
    "permission_denied": "auth",
}

STATUSES: Mapping[int, str] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not_found",
    405: "not_found",
    408: "timeout",
    409: "server",
    410: "not_found",
    421: "server",
    423: "server",
    425: "server",
    429: "rate_limit",
    451: "content_filter",
    498: "auth",
    499: "server",
    501: "bad_request",
    505: "bad_request",
    511: "connection",
}


SERVER = "{server}"


class Fault(Exception):
    """A failed call, before it is told to the user: a kind of `KINDS`, and what was seen.

    A message that begins with `SERVER` is told of the server by its name.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        retryable: bool | None = None,
        retry_after: float | None = None,
        status: int | None = None,
        hint: str | None = None,
        worked: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retryable = KINDS[kind].retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.status = status
        self.hint = hint
        self.worked = KINDS[kind].worked if worked is None else worked


def kind_of(status: int | None, codes: frozenset[str], text: str) -> str:
    """Return the kind of an error by its codes, its wording and its HTTP status, in this order."""
    for rule in RULES:
        if rule.fits(status, codes, text):
            return rule.kind
    if status is None or status < 400:
        return next((TYPES[code] for code in sorted(codes) if code in TYPES), "server")
    return STATUSES.get(status, "server" if status >= 500 else "bad_request")


def fault_of_error(status: int | None, body: Any, headers: Mapping[str, str] | None = None) -> Fault:
    """Return the fault that an error body tells of: decoded JSON, or text. `status` None: inside a stream."""
    text, codes, own_status = _read_error(body)
    if status is None or status < 400:
        status = own_status
    kind = kind_of(status, codes, text)
    headers = headers or {}
    wish = headers.get("x-should-retry")
    return Fault(
        kind,
        f"{SERVER} answered {status or 'with an error'}{': ' if text else ''}{text}",
        status=status,
        retry_after=retry_after(headers, text),
        retryable=KINDS[kind].retryable and wish != "false",
    )


def _read_error(body: Any) -> tuple[str, frozenset[str], int | None]:
    """Return the words of an error body, its codes and types in small letters, and the status it tells."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return _page_text(body) if isinstance(body, str) else "", frozenset(), None
    error = body.get("error", body.get("errors", body))
    if isinstance(error, list) and error:
        error = error[0]
    if not isinstance(error, dict):
        return str(error or ""), frozenset(), None
    codes = frozenset(str(error[key]).lower() for key in ("code", "type", "status") if error.get(key))
    number = next((int(code) for code in codes if code.isdecimal() and 400 <= int(code[:4]) < 600), None)
    words = next((error[key] for key in ("message", "detail", "msg", "error") if error.get(key)), "")
    if isinstance(words, list):
        words = "; ".join(_detail(item) for item in words[:3])
    raw = error.get("metadata", {}).get("raw") if isinstance(error.get("metadata"), dict) else None
    return f"{words} {raw}" if isinstance(raw, str) else str(words), codes, number


def _detail(item: Any) -> str:
    """Return one finding of a validation error, as FastAPI servers send them."""
    if not isinstance(item, dict) or "msg" not in item:
        return str(item)
    place = ".".join(str(part) for part in item.get("loc") or ())
    return f"{place}: {item['msg']}" if place else str(item["msg"])


_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


def _page_text(page: str) -> str:
    """Return what a text or HTML body says, without its markup."""
    page = page[:20_000]
    title = _TITLE.search(page)
    return title[1] if title else _MARKUP.sub(" ", page) if "<" in page else page


_WAIT = re.compile(r"(?:retry|try again) in (?:(\d{1,4})m)?(\d{1,6}(?:\.\d{1,9})?)(ms|s)", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], text: str = "") -> float | None:
    """Return the seconds to wait that a server asks for in its headers (a number or a date) or its words, or
    until a limit that it tells to be used up is there again."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _seconds(headers.get(name), unit)
        if seconds is not None:
            return seconds
    found = _WAIT.search(text)
    if found is None:
        return empty_for(headers)
    return 60.0 * int(found[1] or 0) + float(found[2]) / (1000.0 if found[3].lower() == "ms" else 1.0)


def _seconds(value: str | None, unit: float) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value) / unit
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = when.timestamp() - time.time()
    return max(0.0, seconds) if seconds < 1e9 else None
