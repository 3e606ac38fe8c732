"""What a run has used of its budget: model calls, tokens, dollars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import LimitError, ModelError
from turbo_yaml.models.known.prices import FREE, Price, cost_of, shown_cost
from turbo_yaml.models.request import Request
from turbo_yaml.protocol import Usage


class Spending:
    """Counts what model calls take, against a budget where there is one."""

    __slots__ = ("budget", "calls", "cost", "input_tokens", "output_tokens", "unpriced")

    def __init__(self, budget: Mapping[str, Any] | None) -> None:
        self.budget = budget
        self.calls = 0
        self.input_tokens = self.output_tokens = 0
        self.cost = 0.0
        """US dollars, as far as they are known."""
        self.unpriced = 0
        """How many replies came whose cost is not known."""

    @property
    def usage(self) -> Usage:
        """The tokens taken so far, and what they cost."""
        return Usage(self.input_tokens, self.output_tokens, None if self.unpriced else self.cost)

    def count(self, usage: Usage | None, cost: float | None) -> None:
        """Count what a reply took; a cost of None is not known."""
        if usage is not None:
            self.input_tokens += usage.input_tokens
            self.output_tokens += usage.output_tokens
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost

    def check_budget(self, price: Price | None, name: str) -> None:
        """Raise where the budget allows no further model call: a `LimitError`, or a `ModelError` of the kind
        `configuration` where there is one of dollars, and the model called `name` has no price."""
        budget = self.budget or {}
        most = budget.get("calls")
        if most is not None and self.calls >= most:
            raise _used_up(f"{most} model call{'' if most == 1 else 's'} is used up", "calls")
        most = budget.get("tokens")
        used = self.input_tokens + self.output_tokens
        if most is not None and used >= most:
            raise _used_up(f"{most} tokens is used up: {used} were sent and received", "tokens")
        most = budget.get("cost")
        if most is None:
            return
        if price is None:
            raise ModelError(
                f"the price of `{name}` is not known, so the budget of ${most:g} cannot be kept",
                kind="configuration",
                hint="set it in `turbo.yaml`, in dollars for a million tokens: "
                f"`prices: {{{name}: {{input: …, output: …}}}}`",
            )
        if self.unpriced:
            raise _used_up(f"${most:g} cannot be kept: a reply came that told no tokens", "cost")
        if self.cost >= most:
            raise _used_up(f"${most:g} is used up: the run has cost {shown_cost(self.cost)}", "cost")


def reply_cost(price: Price | None, usage: Usage | None) -> float | None:
    """Return what a reply cost in US dollars; None where its price or its tokens are not known."""
    if usage is None:
        return 0.0 if price == FREE else None
    return cost_of(price, usage.input_tokens, usage.output_tokens)


def spent_in_vain(price: Price | None, request: Request) -> Usage:
    """Return what a request that failed may have taken at least: its messages, by estimate."""
    from turbo_yaml.memory.window import estimated_tokens

    tokens = sum(map(estimated_tokens, request.messages))
    return Usage(tokens, 0, cost_of(price, tokens, 0))


def _used_up(what: str, key: str) -> LimitError:
    return LimitError(f"the budget of {what}", kind="budget", hint=f"raise `budget.{key}` in the settings")
