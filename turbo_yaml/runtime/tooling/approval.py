"""A call that a person must approve to a question, and the answer to a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.errors import ToolError
from turbo_yaml.protocol import GetInput
from turbo_yaml.records import field

_YES: Final = frozenset(("y", "yes"))
_NO: Final = frozenset(("", "n", "no"))


class AskApproval(GetInput):
    """Ask the caller whether a tool may be called with just these arguments.

    `yes`, `y` and True approve it. Anything else refuses it, and is the reason unless it is `no`, `n`, False.
    """

    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


def ask_approval(name: str, arguments: Mapping[str, Any], *, by_model: bool, id: str | None) -> AskApproval:
    """Return the question for one call. Name and arguments stand in it in full."""
    shown = json.dumps(arguments, ensure_ascii=False, indent=2 if len(arguments) > 1 else None)
    who = "The model wants to call" if by_model else "The flow is about to call"
    text = f"{who} `{name}` with {shown}\nMay it? (yes, or no and why)"
    return AskApproval(text, record=False, id=id, tool=name, arguments=json.loads(json.dumps(arguments)))


def check_approval(name: str, answer: Any) -> None:
    """Raise the `ToolError` of a refusal, with the reason that was given, unless the answer is a yes."""
    if answer is True:
        return
    text = "" if answer is None or answer is False else str(answer).strip()
    if text.casefold() in _YES:
        return
    first, _, rest = text.partition(" ")
    if first.casefold().rstrip(",.:;-") in _NO:
        text = rest.strip() if rest.strip() else ""
    because = f": {text}" if text else ""
    raise ToolError(f"a person refused the call of `{name}`{because}", kind="refused")
