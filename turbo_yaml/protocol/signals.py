"""Signals: what a flow asks of its driver, and what it gives to its caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from turbo_yaml.records import Record, field

if TYPE_CHECKING:
    from dataclasses import InitVar


class Generate:
    """Ask for one model turn over the chat so far. The driver answers with an `Assistant`.

    `output` is a JSON Schema and `choices` a list of labels that the reply must fit; `repair` says how often
    an unfit reply goes back to the model, None leaves that to the settings. `tools` are names of tools that
    the model may call before it answers, in `max_turns` replies at most.
    Every other keyword is a setting for this turn alone.
    """

    __slots__ = ("choices", "forward", "id", "max_turns", "output", "repair", "retry", "settings", "tools")

    def __init__(
        self,
        forward: bool = True,
        *,
        id: str | None = None,
        output: Mapping[str, Any] | None = None,
        choices: Sequence[str] | None = None,
        repair: int | None = None,
        retry: Mapping[str, Any] | int | None = None,
        tools: Sequence[Any] = (),
        max_turns: int | None = None,
        **settings: Any,
    ) -> None:
        self.forward = forward
        self.id = id
        self.output = output
        self.choices = choices
        self.repair = repair
        self.retry = retry
        self.tools = tools
        self.max_turns = max_turns
        self.settings = settings

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in ("id", "output", "choices", "retry", "max_turns")}
        shown["tools"] = self.tools or None
        given = {name: value for name, value in shown.items() if value is not None} | self.settings
        return f"Generate({', '.join(f'{k}={v!r}' for k, v in ({'forward': self.forward} | given).items())})"


def _asked(content: str | None, message: str | None) -> str:
    """Return a question, however it was given."""
    if content is not None and message is not None:
        raise TypeError("a question has `content` or `message`, not both")
    return content or message or ""


class GetInput(Record):
    """Ask the caller a question. The driver answers with text, or with the value that `type` reads from it.

    `type` is a JSON Schema; `timeout` is in seconds; `record`: the question joins the chat.
    `message` is another word for `content`.
    """

    content: str = field(default_factory=_asked, made_of=("message",))
    record: bool = True
    choices: tuple[str, ...] | None = None
    type: Mapping[str, Any] | None = None
    default: Any = None
    timeout: float | None = None
    id: str | None = None
    message: InitVar[str | None] = field(default=None, kw_only=True)


class Result(Record):
    """Something for the caller: text or data. `done`: the flow returns it and ends."""

    content: Any = None
    needs_input: bool = False
    done: bool = False
    original_role: str | None = None
