"""Text of a user or a model in a `system` message."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.origins import way_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("untrusted-system", "warning", "Text of a user or a model reaches a `system` message.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what a `system` message prints that a user or a model wrote, with the way it came."""
    if not subject.clean:
        return  # who wrote what may be what was lost
    typed = subject.typed
    for where, node in typed.system.values():
        way = way_of(typed.of(node).origin, subject)
        if way:
            message = "what a user or a model wrote becomes an instruction here"
            help_ = "say it in a `user` message; or vouch for it: `trusted: true` on the input, `| trusted`"
            yield RULE.at(where.source, where.span_of(node), message, help_, *way)
