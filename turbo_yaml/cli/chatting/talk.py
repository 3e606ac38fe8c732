"""A flow to a conversation: its own steps first, then what the person says, in one chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.cli.chatting.typist import Left, Typist
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.output import to_text
from turbo_yaml.cli.conversation.session import Session
from turbo_yaml.cli.conversation.views import Conversation
from turbo_yaml.cli.faults import report
from turbo_yaml.cli.terminal import tell
from turbo_yaml.errors import TurboError, UsageError
from turbo_yaml.protocol import Assistant, BaseMemory, Message
from turbo_yaml.protocol.messages import Content
from turbo_yaml.records import Record
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.policy.stopping import Stops
from turbo_yaml.runtime.wrapper import TurboGenWrapper

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.chat import RecordedChat

FOLLOW_UP: Final = "turbo: 1\nname: chat\nsteps:\n  - generate\n"
"""What answers where the flow is over and takes no message: a turn over the chat."""


class Plan(Record):
    """What is talked to: a flow with the inputs given, and the input that takes what the person says.

    `message` is None where the flow is run once, and `follow_up` answers what is said after it. `system` is
    said to the model before all else. `record` keeps what is said, where it is kept.
    """

    flow: TurboGenFn
    follow_up: TurboGenFn
    given: Mapping[str, Any]
    message: str | None
    system: str | None
    record: RecordedChat | None = None

    def begins(self) -> TurboGenFn:
        """Return the flow as it is run first."""
        return self.flow if self.record is None else self.flow.using(journal=self.record.flow())

    def answers(self, content: Any) -> TurboGenFn:
        """Return what answers something that is said now; None: what was heard from the record."""
        answering = self.follow_up if self.message is None else self.flow
        return answering if self.record is None else answering.using(journal=self.record.answer(content))


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
                self._play(self._plan.begins()(**self._plan.given), self._plan.system)
            self._begun = True
            while self._plan.record is not None and (heard := self._plan.record.heard()) is not None:
                self._answer(heard, None)
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
            content = said.content if self._plan.message is None else said.whole
            self._answer(content, content)
        except UsageError as problem:
            report(problem, None)

    def _answer(self, content: Content, new: Content | None) -> None:
        """Answer what is said. `new`: the same, where it was not recorded before."""
        plan = self._plan
        chat = {} if self._memory is None else {"memory": self._memory}
        answering = plan.answers(new)
        if plan.message is not None:
            self._play(answering(**{**plan.given, plan.message: content}, **chat), plan.system)
            return
        run = answering(**chat)
        self._loop.run(_say(run, content))
        self._play(run, None)

    def _play(self, run: TurboGenWrapper, system: str | None) -> None:
        """Play a run to its end, or until it fails or the person stops it."""
        self._memory = run.memory
        stops = Stops()
        self._loop.soften = stops.stop
        try:
            Session(self._loop, run.with_stops(stops), self._view, self._typist).play(system)
            if run.outcome is not None and not (run.recalls or self._view.has_shown(run.outcome)):
                self._view.show(to_text(run.outcome))
        except KeyboardInterrupt:
            if not self._loop.forgive():
                raise
            self._loop.run(_break_off(run))
            if self._plan.record is not None:
                self._plan.record.stop()
            tell("(stopped)")
        except TurboError as error:
            stopped = self._plan.record is not None and _was_stopped(error)
            if not (self._begun or stopped):
                raise
            self._loop.run(_break_off(run))
            if not (stopped or run.recalls):
                report(error, None)
        finally:
            self._loop.soften = None
            if self._loop.signal is None:
                self._loop.run(run.aclose())


def _was_stopped(error: TurboError) -> bool:
    """Tell whether the person stopped this when it was recorded."""
    from turbo_yaml.runtime.recording.chat import StoppedThen

    return isinstance(error, StoppedThen)


async def _say(run: TurboGenWrapper, content: Content) -> None:
    await run.init()
    await run.memory.append(Message(content))


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
