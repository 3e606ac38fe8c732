"""`chat`: a flow to a conversation at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.chatting.lines import history
from turbo_yaml.cli.chatting.talk import FOLLOW_UP, Plan, Talk
from turbo_yaml.cli.chatting.typist import Typist
from turbo_yaml.cli.commands.run import bound_tools
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.views import Conversation
from turbo_yaml.cli.inputs import first_wanting, gather, missing_hint
from turbo_yaml.cli.options import common, completed, flow_argument
from turbo_yaml.cli.overrides import InOrder, gather_layers, setting_flags
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.terminal import is_terminal, tell
from turbo_yaml.compiler.edge import load, loads
from turbo_yaml.errors import UsageError


@click.command("chat", cls=InOrder, short_help="Talk with a flow in the terminal.")
@flow_argument
@click.option(
    "-p",
    "--param",
    "params",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    shell_complete=completed("complete_input"),
    help="Give an input, read by its type. @FILE reads a file, @@ is one @.",
)
@click.option(
    "--params",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="Read inputs from a JSON or YAML file.",
)
@setting_flags
@click.option("-s", "--system", metavar="TEXT", help="Say this to the model before all else.")
@click.option(
    "--tools",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="Bind the flow's tools to a Python file's functions.",
)
@click.option(
    "--no-history", is_flag=True, help="Keep no lines for the next chat, and show none of earlier ones."
)
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
    layers = gather_layers(ctx.meta[InOrder.KEY], Path(flow).parent)
    function = load(flow, layers=layers, profiles=profiles, tools=bound_tools(tools) if tools else None)
    info = function.info
    declared = info.inputs if info is not None else ()
    given = gather(declared, files, params, _NothingPiped())
    message = first_wanting(declared, given)
    wanting = [each for each in declared if each.required and each.name not in (*given, message)]
    if wanting:
        names = ", ".join(f"`{each.name}`" for each in wanting)
        given_all = {**given, **({message: ""} if message else {})}
        raise UsageError(f"the flow wants {names}", hint=missing_hint(declared, given_all))
    own = [info.layer] if info is not None and info.layer is not None else []
    follow_up = loads(FOLLOW_UP, name="<chat>", layers=[*layers, *own], profiles=profiles)
    plan = Plan(function, follow_up, given, message, system)
    if is_terminal(sys.stdin):
        tell(f"talking with {Path(flow).name}; `!help` tells what you can do, Ctrl-D leaves")
    with history(kept=not no_history), Loop() as loop:
        Talk(loop, plan, Typist(), Conversation(sys.stdout)).go_on()


class _NothingPiped(Piped):
    """Standard input is where the person speaks: no input is read from it."""

    def take(self) -> str | None:
        return None
