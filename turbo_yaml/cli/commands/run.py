"""`run`: a flow, with its inputs and settings, to its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from turbo_yaml.cli.conversation.answers import Answers
from turbo_yaml.cli.conversation.keeping import kept_chat
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.output import error_data, report_data, to_json, to_text
from turbo_yaml.cli.conversation.session import SUSPENDED, Session, Suspended
from turbo_yaml.cli.conversation.views import Conversation, EventLines, Notices, View
from turbo_yaml.cli.faults import EXIT_CODES
from turbo_yaml.cli.files import read_stdin
from turbo_yaml.cli.inputs import gather, missing_hint
from turbo_yaml.cli.options import common, flow_argument, input_flags, replies_flag, tools_flag
from turbo_yaml.cli.overrides import InOrder, Override, gather_layers, setting_flags
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.recorded import GoingOn, goes_on, journal_flags, recorded, resume_words
from turbo_yaml.cli.terminal import is_terminal, put, tell, write
from turbo_yaml.compiler.edge import load, loads
from turbo_yaml.errors import FlowError, TurboError, UsageError
from turbo_yaml.models.known.prices import shown_cost
from turbo_yaml.protocol import Message
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.wrapper import TurboGenWrapper
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import patch_of

STDIN: Final = "-"
JSON: Final = "json"
JSONL: Final = "jsonl"


class Order(NamedTuple):
    """What the command line asks for. `overrides` are the setting flags, in the order they were written."""

    overrides: Sequence[Override]
    flow: str
    params: Sequence[tuple[str, str]]
    files: Sequence[str]
    profiles: Sequence[str]
    system: str | None
    replies: Sequence[str]
    form: str | None
    no_stream: bool
    tools: Sequence[str]
    usage: bool
    progress: bool | None
    journal: bool | None
    state: str | None
    unrecorded: bool
    conversation: str | None = None
    passing: bool = False
    """Whether the journal is there for this one run alone: nobody can go on with it."""


@click.command("run", cls=InOrder, short_help="Run a flow and print its answer.", epilog=EXIT_CODES)
@flow_argument
@input_flags
@setting_flags
@click.option(
    "-s",
    "--system",
    metavar="TEXT",
    help="Say this to the model before all else, beside the flow's system message.",
)
@replies_flag
@click.option(
    "--json", "form", flag_value=JSON, help="Print one JSON object: result, messages, usage, steps."
)
@click.option("--jsonl", "form", flag_value=JSONL, help="Print each event as a line of JSON when it comes.")
@click.option("--no-stream", is_flag=True, help="Take and show each reply as a whole.")
@tools_flag
@click.option("-u", "--usage", is_flag=True, help="Tell on standard error how many tokens were used.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Tell on standard error how far a long run is. Done by default at a terminal and in CI.",
)
@click.option(
    "--conversation",
    metavar="NAME",
    help="Go on with the conversation of this name, or begin it: it is kept for the next run.",
)
@journal_flags
@common
@click.pass_context
def command(ctx: click.Context, /, **words: Any) -> None:
    """Run FLOW, a file or - for standard input, and print its answer.

    The answer is what the flow returns, else its last result, else its last reply; text as it is, data as
    JSON. A terminal shows replies as they come; elsewhere only the answer is printed, at the end. Whatever
    else there is to say goes to standard error.

    Text piped in is the value of the input given as `-p NAME -`; else of the first text input that is
    required and has no value; else the answer to the flow's first question.
    """
    order = Order(ctx.meta[InOrder.KEY], **{word: words[word] for word in Order._fields[1:] if word in words})
    text = read_stdin() if order.flow == STDIN else None
    perform(order, text, Piped())


def perform(
    order: Order,
    text: str | None,
    piped: Piped,
    going_on: GoingOn | None = None,
    *,
    begins: Callable[[TurboGenWrapper], None] | None = None,
) -> None:
    """Run a flow as the command line asks, from its beginning or from where a recorded run broke off.

    `text` is the flow where it comes from standard input. `begins` is given the run before it begins.
    """
    answers = Answers(order.replies, piped)
    view = _view(order, answers)
    function = load_flow(order, text, live=view.live)
    declared = function.info.inputs if function.info is not None else ()
    given = gather(declared, order.files, order.params, piped)
    if going_on is not None:
        given = {**going_on.inputs, **given}
    memory = None if function.info is None else function.info.memory
    then = None if going_on is None else going_on.conversation
    with (
        kept_chat(order.conversation, order.state, memory, then) as chat,
        recorded(order, function, going_on, chat) as function,
    ):
        try:
            run = function(memory=chat, **given)
        except UsageError as error:
            raise UsageError(error.message, hint=missing_hint(declared, given) or error.hint) from None
        if begins is not None:
            begins(run)
        with Loop() as loop:
            view = _with_progress(order.progress, view, run, loop)
            _play(order, loop, function, run, Session(loop, run, view, answers))
    _tell_left_over(answers, piped)


def _view(order: Order, answers: Answers) -> View:
    if order.form is None and is_terminal(sys.stdout):
        return Conversation(sys.stdout)
    beside = Conversation(sys.stderr, held=True) if answers.person else Notices()
    return EventLines(beside) if order.form == JSONL else beside


def _with_progress(asked: bool | None, view: View, run: TurboGenWrapper, loop: Loop) -> View:
    """Return the view with a line around it that tells how far the run is, where one is to be shown."""
    if asked is None and not (is_terminal(sys.stderr) or os.environ.get("CI")):
        return view
    from turbo_yaml.cli.conversation.progress import Progress, progress_mode

    mode = progress_mode(asked)
    if mode is None:
        return view
    progress = Progress(view, run, mode, asked=asked is True)
    loop.tick = progress.tick
    return progress


def load_flow(order: Order, text: str | None, *, live: bool = False) -> TurboGenFn:
    """Return the flow with the settings of the command line. `live`: replies are seen as they come."""
    folder = Path(order.flow).parent if text is None else Path()
    layers = gather_layers(order.overrides, folder)
    # The flag is over all that sets `stream`; that nobody would see it is under all.
    if order.no_stream:
        layers.append(Layer(LayerKind.COMMAND_LINE, "--no-stream", patch_of({"stream": False})))
    elif not live:
        layers.append(Layer(LayerKind.BUILT_IN, "built-in", patch_of({"stream": False})))
    tools = bound_tools(order.tools) if order.tools else None
    if text is None:
        return load(order.flow, layers=layers, profiles=order.profiles, tools=tools)
    return loads(text, name="<stdin>", layers=layers, profiles=order.profiles, tools=tools)


def bound_tools(files: Sequence[str]) -> dict[str, Any]:
    """Return the functions of Python files by name; `UsageError` where two have one of the same name."""
    from turbo_yaml.tools.file import read_tool_file

    found: dict[str, Any] = {}
    for file in files:
        read = read_tool_file(Path(file))
        twice = next((name for name in read if name in found), None)
        if twice is not None:
            raise UsageError(f"`{file}` has a second function `{twice}`", hint="rename one, or set `__all__`")
        found |= read
    return found


def _play(order: Order, loop: Loop, function: TurboGenFn, run: TurboGenWrapper, session: Session) -> None:
    try:
        session.play(order.system)
        _print_outcome(order.form, loop, run, session.view)
    except Suspended as pause:
        _tell_waiting(order, run, pause)
        raise click.exceptions.Exit(SUSPENDED) from None
    except TurboError as error:
        if isinstance(error, FlowError) and error.recorded is not None and not order.passing:
            error.hint = f"{error.hint}; or {goes_on(order, run)}" if error.hint else goes_on(order, run)
        if order.form == JSONL:
            put(sys.stdout, to_json(error_data(error)) + "\n")
        raise
    except KeyboardInterrupt:
        if run.name is not None and not order.passing:
            tell(goes_on(order, run))
        raise
    finally:
        if order.usage:
            _tell_usage(run, session.hits)
        if loop.signal is None:
            loop.run(_close(function, run))


def _tell_waiting(order: Order, run: TurboGenWrapper, pause: Suspended) -> None:
    """Say which question is open, and how to answer it."""
    if order.form is not None:
        question = {"content": pause.question.content, "choices": pause.question.choices}
        put(sys.stdout, to_json({"event": "suspended", "run": run.name, "question": question}) + "\n")
    if pause.problem:
        tell(pause.problem)
    tell(f"the flow waits for an answer: {pause.question.content}")
    if order.passing:
        tell("answer it with `--reply TEXT`; without `--no-journal` it could be answered later")
    else:
        tell(f"answer it with: {resume_words(order, run.name)} --reply TEXT")


def _print_outcome(form: str | None, loop: Loop, run: TurboGenWrapper, view: View) -> None:
    outcome = run.outcome
    if form == JSON:
        messages = loop.run(_messages(run))
        put(sys.stdout, to_json(report_data(outcome, messages, run.usage, run.steps), indent=2) + "\n")
    elif form is None and outcome is not None and not view.has_shown(outcome):
        write(sys.stdout, to_text(outcome))
    elif form is None and outcome is None and run.steps.messages and not any(run.steps[1:]):
        tell("the flow says something and never lets the model answer: that is what `generate` does")


async def _messages(run: TurboGenWrapper) -> list[Message]:
    return await run.memory.get()


async def _close(function: TurboGenFn, run: TurboGenWrapper) -> None:
    await run.aclose()
    await function.aclose()


def _tell_usage(run: TurboGenWrapper, hits: int) -> None:
    used, turns = run.usage, run.steps.turns
    calls = f"{turns} model {'turn' if turns == 1 else 'turns'}"
    if hits:
        calls += f", {hits} from the cache"
    cost = shown_cost(used.cost)
    tell(f"tokens: {used.input_tokens} input, {used.output_tokens} output; {calls}; cost: {cost}")


def _tell_left_over(answers: Answers, piped: Piped) -> None:
    if unused := answers.unused():
        tell(f"warning: {unused} {'reply was' if unused == 1 else 'replies were'} not asked for")
    if piped.left_over():
        tell("warning: the flow took nothing of the text that was piped in")
