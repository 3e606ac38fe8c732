"""A flow to a conversation: its own steps first, then what the person says, in one chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.cli.chatting.typist import Left, Said, Typist
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.output import to_text
from turbo_yaml.cli.conversation.session import Session
from turbo_yaml.cli.conversation.views import Conversation
from turbo_yaml.cli.faults import report
from turbo_yaml.cli.terminal import tell
from turbo_yaml.errors import TurboError, UsageError
from turbo_yaml.protocol import Assistant, BaseMemory, Message
from turbo_yaml.records import Record
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.wrapper import TurboGenWrapper

FOLLOW_UP: Final = "turbo: 1\nname: chat\nsteps:\n  - generate\n"
"""What answers where the flow is over and takes no message: a turn over the chat."""


class Plan(Record):
    """What is talked to: a flow with the inputs given, and the input that takes what the person says.

    `message` is None where the flow is run once, and `follow_up` answers what is said after it. `system` is
    said to the model before all else.
    """

    flow: TurboGenFn
    follow_up: TurboGenFn
    given: Mapping[str, Any]
    message: str | None
    system: str | None


class Talk:
    """One conversation, from its beginning until the person leaves."""

    def __init__(self, loop: Loop, plan: Plan, typist: Typist, view: Conversation) -> None:
        self._loop = loop
        self._plan = plan
        self._typist = typist
        self._view = view
        self._memory: BaseMemory | None = None
        self._begun = False

    def go_on(self) -> None:
        """Talk until the person leaves. Raises what keeps the flow from running at all."""
        try:
            if self._plan.message is None:
                self._play(self._plan.flow(**self._plan.given), self._plan.system)
            self._begun = True
            while True:
                self._turn()
        except Left:
            return
        finally:
            if self._loop.signal is None:
                self._loop.run(_close(self._plan))

    def _turn(self) -> None:
        """Take what the person says, and show what comes of it."""
        try:
            said = self._typist.say()
        except KeyboardInterrupt:
            if not self._loop.forgive():
                raise
            tell("(`exit` or Ctrl-D leaves)")
            return
        try:
            self._answer(said)
        except UsageError as problem:
            report(problem, None)

    def _answer(self, said: Said) -> None:
        plan = self._plan
        chat = {} if self._memory is None else {"memory": self._memory}
        if plan.message is not None:
            self._play(plan.flow(**{**plan.given, plan.message: said.whole}, **chat), plan.system)
            return
        run = plan.follow_up(**chat)
        self._loop.run(_say(run, said))
        self._play(run, None)

    def _play(self, run: TurboGenWrapper, system: str | None) -> None:
        """Play a run to its end, or until it fails or the person stops it."""
        self._memory = run.memory
        try:
            Session(self._loop, run, self._view, self._typist).play(system)
            if run.outcome is not None and not self._view.has_shown(run.outcome):
                self._view.show(to_text(run.outcome))
        except KeyboardInterrupt:
            if not self._loop.forgive():
                raise
            self._loop.run(_break_off(run))
            tell("(stopped)")
        except TurboError as error:
            if not self._begun:
                raise
            self._loop.run(_break_off(run))
            report(error, None)
        finally:
            if self._loop.signal is None:
                self._loop.run(run.aclose())


async def _say(run: TurboGenWrapper, said: Said) -> None:
    await run.init()
    await run.memory.append(Message(said.content))


async def _break_off(run: TurboGenWrapper) -> None:
    """Close a run, and take calls of tools that nothing answered out of its chat: no server takes those."""
    await run.aclose()
    messages = await run.memory.get()
    while messages and _waits_for_tools(messages.pop()):
        await run.memory.forget(last=1)


def _waits_for_tools(message: Message) -> bool:
    return message.role == "tool" or (isinstance(message, Assistant) and bool(message.tool_calls))


async def _close(plan: Plan) -> None:
    await plan.follow_up.aclose()
    await plan.flow.aclose()
