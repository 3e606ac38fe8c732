"""The exceptions of turbo-yaml.

TurboError
├── UsageError            the caller asked for what cannot be: a wrong input, a wrong call
├── FlowInvalid           a flow or settings file has errors; carries the diagnostics
├── JournalError          the journal of runs cannot be used, or a run in it cannot go on
├── CacheError            the cache of replies cannot be used
└── FlowError             a run failed; has a kind, and the place in the flow once it is known
    ├── LimitError        a limit or a budget was reached
    │   └── OutOfTurns    the model called tools until `max_turns`
    ├── ModelError        the model, its provider or the wire failed
    └── ToolError         a tool failed, or was not allowed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turbo_yaml.source import Source, Span

if TYPE_CHECKING:
    from turbo_yaml.diagnostics import Diagnostic
    from turbo_yaml.protocol import Usage


class TurboError(Exception):
    """The base of every error that turbo-yaml raises on purpose. `hint` is the next move."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TurboError):
    """The caller asked for what cannot be done: an input that does not fit, an answer nobody asked for."""

    exit_code = 2


class FlowInvalid(TurboError):
    """A flow or a settings file has errors. `diagnostics` holds each, with its place."""

    exit_code = 2

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        more = f" (and {len(self.diagnostics) - 1} more)" if len(self.diagnostics) > 1 else ""
        super().__init__(f"{first.where()}: {first.message}{more}", hint=first.help)


class JournalError(TurboError):
    """The journal cannot be written or read, has no such run, or does not fit the flow as it is now."""


class CacheError(TurboError):
    """The cache of replies cannot be read or written. A run goes on without it, with a warning."""


class FlowError(TurboError):
    """A run failed. `kind` is what `catch` and `retry.on` see; `source` and `span` tell the place."""

    exit_code = 1

    def __init__(self, message: str, *, kind: str = "error", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.source: Source | None = None
        self.span: Span | None = None
        self.step: str | None = None
        self.recorded: str | None = None
        """The place of the turn that failed, in the run's journal."""


class LimitError(FlowError):
    """A limit or a budget was reached; nothing further was done."""

    exit_code = 4

    def __init__(self, message: str, *, kind: str = "limit", hint: str | None = None) -> None:
        super().__init__(message, kind=kind, hint=hint)


class OutOfTurns(LimitError):
    """The model still called tools in the last reply that `max_turns` allows."""

    def __init__(self, most: int) -> None:
        message = f"the model still calls tools after {most} {'reply' if most == 1 else 'replies'}"
        hint = "raise `max_turns`, or say with `otherwise` what to do then"
        super().__init__(message, kind="max_turns", hint=hint)


class ModelError(FlowError):
    """The model, its provider or the wire between failed.

    `kind` is one of `timeout`, `connection`, `rate_limit`, `quota`, `auth`, `not_found`, `bad_request`,
    `unsupported`, `context_length`, `content_filter`, `server`, `stream`, `bad_reply`, `invalid_output`,
    `configuration`.
    `retryable` says whether the same request may succeed later; `retry_after` is in seconds. `worked`: the
    model may have answered all the same, and in a run `took` is what that has taken at least, by estimate.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        retryable: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        hint: str | None = None,
        worked: bool = False,
    ) -> None:
        super().__init__(message, kind=kind, hint=hint)
        self.retryable = retryable
        self.retry_after = retry_after
        self.status = status
        self.worked = worked
        self.took: Usage | None = None


class ToolError(FlowError):
    """A tool failed, or was not allowed.

    `kind` is `tool` where the tool itself says so, else one of `timeout`, `connection`, `arguments`,
    `refused`, `unknown_tool`, `configuration`. `retryable` says whether the same call may succeed later.
    """

    def __init__(
        self, message: str, *, kind: str = "tool", retryable: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(message, kind=kind, hint=hint)
        self.retryable = retryable
