"""`chat`: a flow to a conversation at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.chatting.lines import history
from turbo_yaml.cli.chatting.recording import ChatOrder, recorded_chat
from turbo_yaml.cli.chatting.talk import Plan, Talk
from turbo_yaml.cli.chatting.typist import Typist
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.views import Conversation
from turbo_yaml.cli.inputs import first_wanting, gather, missing_hint, unknown
from turbo_yaml.cli.options import common, flow_argument, input_flags, tools_flag
from turbo_yaml.cli.overrides import InOrder, Override, setting_flags
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.recorded import GoingOn, into_folder, journal_flags, resume_words
from turbo_yaml.cli.terminal import is_terminal, tell
from turbo_yaml.errors import UsageError
from turbo_yaml.runtime.function import TurboGenFn

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Run
    from turbo_yaml.runtime.recording.recorder import Rules


@click.command("chat", cls=InOrder, short_help="Talk with a flow in the terminal.")
@flow_argument
@input_flags
@setting_flags
@click.option("-s", "--system", metavar="TEXT", help="Say this to the model before all else.")
@tools_flag
@click.option(
    "--no-history", is_flag=True, help="Keep no lines for the next chat, and show none of earlier ones."
)
@journal_flags
@common
@click.pass_context
def command(
    ctx: click.Context,
    /,
    flow: str,
    params: Sequence[tuple[str, str]],
    files: Sequence[str],
    profiles: Sequence[str],
    system: str | None,
    tools: Sequence[str],
    no_history: bool,
    journal: bool | None,
    state: str | None,
    unrecorded: bool,
    **flags: Any,
) -> None:
    """Talk with FLOW: what you type answers its questions, and goes on in the same chat when it is over.

    Where the flow requires a text that is not given, each thing you say is that input, and the flow is run
    with it. Else the flow is run once, and then the model answers, with the flow's settings.

    \b
    !multi … !end   several lines          !file PATH   attach a file
    !edit           write in an editor     !help        what there is
    exit, Ctrl-D    leave                  Ctrl-C       stop a reply
    """
    order = ChatOrder(
        ctx.meta[InOrder.KEY],
        flow,
        profiles,
        system,
        tools,
        journal=journal,
        state=state,
        unrecorded=unrecorded,
    )
    function, follow_up = order.functions()
    declared = function.info.inputs if function.info is not None else ()
    given = gather(declared, files, params, _NothingPiped())
    talk(order, function, follow_up, given, Typist(), kept=not no_history)


def talk(
    order: ChatOrder,
    function: TurboGenFn,
    follow_up: TurboGenFn,
    given: Mapping[str, Any],
    typist: Typist,
    *,
    kept: bool = True,
    going_on: GoingOn | None = None,
) -> None:
    """Talk until the person leaves. `kept`: lines are kept for the next chat; `going_on`: a recorded one."""
    declared = function.info.inputs if function.info is not None else ()
    known = [each.name for each in declared]
    for name in given:
        if function.info is not None and name not in known:
            raise unknown(name, known)
    message = first_wanting(declared, given)
    wanting = [each for each in declared if each.required and each.name not in (*given, message)]
    if wanting:
        names = ", ".join(f"`{each.name}`" for each in wanting)
        given_all = {**given, **({message: ""} if message else {})}
        raise UsageError(f"the flow wants {names}", hint=missing_hint(declared, given_all))
    person = is_terminal(sys.stdin)
    with recorded_chat(order, function, given, going_on) as record:
        if person:
            what = "going on" if going_on is not None else "talking"
            tell(f"{what} with {Path(order.flow).name}; `!help` tells what you can do, Ctrl-D leaves")
        plan = Plan(function, follow_up, given, message, order.system, record)
        with history(kept=kept), Loop() as loop:
            Talk(loop, plan, typist, Conversation(sys.stdout)).go_on()
    if person and record is not None and record.name is not None:
        tell(f"`{resume_words(order, record.name)}` goes on from here")


def go_on_talking(
    run: Run, replies: Sequence[str], params: Sequence[tuple[str, str]], state: str | None, rules: Rules
) -> None:
    """Go on with a chat that was recorded."""
    call = run.call
    into_folder(call["folder"])
    overrides = [Override(*each) for each in call["overrides"]]
    order = ChatOrder(
        overrides, call["flow"], call["profiles"], call["system"], call["tools"], journal=True, state=state
    )
    function, follow_up = order.functions()
    declared = function.info.inputs if function.info is not None else ()
    again = gather(declared, (), params, _NothingPiped()) if params else {}
    given = {**call["inputs"], **again}
    talk(order, function, follow_up, given, Typist(replies), going_on=GoingOn(run.name, given, rules))


class _NothingPiped(Piped):
    """Standard input is where the person speaks: no input is read from it."""

    def take(self) -> str | None:
        return None
