"""What a flow, or a body on a fork, has come to where it may end."""

from __future__ import annotations

from typing import Final

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.analysis.inference.lattice import ANY, NEVER, NULL, Type, Unset, join, join_all, without_unset
from turbo_yaml.analysis.inference.scope import Scope
from turbo_yaml.analysis.inference.typed import Ending
from turbo_yaml.flow import nodes as n
from turbo_yaml.records import Record, field, replace

RESULT: Final = "%result"
"""Stands for the last `result` of the flow; no variable has such a name."""
REPLY: Final = "%reply"
"""Stands for the last reply that was forwarded to the caller."""
NOTHING: Final = Type(unset=Unset())


class Frame(Record, frozen=False):
    """One Python function: what it returns, and what it has come to where it ends without `return`."""

    returns: dict[NodeId, tuple[n.Return, Type]] = field(default_factory=dict)
    endings: dict[NodeId, Ending] = field(default_factory=dict)

    def begin(self, scope: Scope) -> None:
        """Note that nothing was given yet."""
        scope.set(RESULT, NOTHING)
        scope.set(REPLY, NOTHING)

    def at_end(self, scope: Scope) -> Type:
        """Return what it has come to: the last result, else the last reply that was given, else null."""
        found = NEVER
        for name in (RESULT, REPLY):
            slot = scope.find(name)
            type_ = NOTHING if slot is None else slot.type
            found = join(found, without_unset(type_))
            if type_.unset is None:
                return found
        return join(found, NULL)

    def loosen(self, known: set[NodeId]) -> None:
        """Note that something may be given after the endings that were not known before."""
        for key in self.endings.keys() - known:
            self.endings[key] = replace(self.endings[key], outcome=ANY)

    def outcome(self) -> Type:
        """Return all that it can come to."""
        given = [type_ for _, type_ in self.returns.values()]
        return join_all([*given, *(ending.outcome for ending in self.endings.values())])
