"""`resume`: a run that broke off, or waits for an answer, to its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.commands.run import JSON, JSONL, STDIN, Order, perform
from turbo_yaml.cli.faults import EXIT_CODES
from turbo_yaml.cli.options import common, replies_flag, secret_inputs_flag
from turbo_yaml.cli.overrides import Override
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.recorded import GoingOn, into_folder, state_flag
from turbo_yaml.errors import UsageError

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Run


@click.command("resume", short_help="Go on with a run that broke off.", epilog=EXIT_CODES)
@click.argument("run", metavar="RUN")
@replies_flag
@secret_inputs_flag
@click.option(
    "--retry-unsure",
    "unsure",
    flag_value="retry",
    help="Make calls again that were going on when the run broke off, and tell of each. Done by default for "
    "calls of models; for calls of tools it has to be said.",
)
@click.option(
    "--skip-unsure",
    "unsure",
    flag_value="skip",
    help="Let such calls fail, with the kind `unsure`, which the flow may catch.",
)
@click.option(
    "--on-change",
    type=click.Choice(["fail", "rerun", "keep"]),
    default="fail",
    help="Where the flow asks something else than was recorded: fail, ask anew, or keep what was recorded.",
)
@state_flag
@click.option("--json", "form", flag_value=JSON, help="Print one JSON object, as `run` does.")
@click.option("--jsonl", "form", flag_value=JSONL, help="Print each event as a line of JSON when it comes.")
@click.option("--no-stream", is_flag=True, help="Take and show each reply as a whole.")
@click.option("-u", "--usage", is_flag=True, help="Tell on standard error how many tokens were used.")
@common
def command(run: str, state: str | None, unsure: Any, on_change: Any, **words: Any) -> None:
    """Go on with RUN, which broke off or waits for an answer: `turbo-yaml runs` lists what there is.

    The flow is run from its beginning, and what it was told before, it is told again: replies, answers, time
    and chance. No call that was answered is made again. Then it goes on.
    """
    go_on(run, state, unsure or "models", on_change, **words)


def go_on(
    name: str,
    state: str | None,
    unsure: Any,
    on_change: Any,
    *,
    replies: Sequence[str] = (),
    params: Sequence[tuple[str, str]] = (),
    form: str | None = None,
    no_stream: bool = False,
    usage: bool = False,
) -> None:
    """Go on with a run as the command line asked for it when it began."""
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.runtime.recording.recorder import Rules

    state = None if state is None else str(Path(state).absolute())
    with Journal(state) as journal:
        run = journal.run(name)
        if run.status == "done":
            raise UsageError(
                f"run `{name}` is done",
                hint=f"`turbo-yaml runs show {name} --result` prints what came of it, "
                "`runs fork` runs on from a place",
            )
        if run.call.get("chat"):
            journal.close()
            if form is not None:
                raise UsageError("a chat is shown as it goes on, and not as JSON", hint="leave out the flag")
            from turbo_yaml.cli.chatting.command import go_on_talking

            go_on_talking(run, replies, params, state, Rules(on_change, unsure))
            return
        sources = journal.sources(run)
        answered = sum(event.kind == "input" and event.state == "done" for event in journal.events(run))
    order = order_of(run, replies=(*run.call.get("replies", ())[answered:], *replies), params=params)
    order = order._replace(
        form=form or order.form, no_stream=no_stream or order.no_stream, usage=usage, state=state
    )
    text = sources.get("<stdin>") if order.flow == STDIN else None
    going_on = GoingOn(name, run.call["inputs"], Rules(on_change, unsure), run.call.get("conversation"))
    perform(order, text, Piped(), going_on)


def order_of(run: Run, *, replies: Sequence[str] = (), params: Sequence[tuple[str, str]] = ()) -> Order:
    """Return what the command line asked for when a run began, and go to the folder where that was.

    `UsageError` where it was not the command line.
    """
    call = run.call
    if call.get("chat"):
        raise UsageError(
            f"run `{run.name}` is a chat",
            hint=f"`turbo-yaml resume {run.name}` goes on with it, `runs show {run.name}` tells it",
        )
    if "flow" not in call:
        raise UsageError(
            f"run `{run.name}` was not begun with `turbo-yaml run`",
            hint="go on with it where it was begun: `fn.resume(name)`",
        )
    into_folder(call["folder"])
    return Order(
        overrides=[Override(*each) for each in call["overrides"]],
        flow=call["flow"],
        params=params,
        files=(),
        profiles=call["profiles"],
        system=call["system"],
        replies=replies,
        form=call["form"],
        no_stream=call["no_stream"],
        tools=call.get("tools", ()),
        usage=False,
        progress=None,
        journal=True,
        state=None,
        unrecorded=False,
        conversation=None if (kept := call.get("conversation")) is None else kept["name"],
    )


def refuse_conversation(run: Run, what: str) -> None:
    """Refuse what would need a conversation as it was: nobody keeps copies of it."""
    if run.call.get("conversation") is not None:
        name = run.call["conversation"]["name"]
        raise UsageError(f"run `{run.name}` goes on with the conversation `{name}`, and cannot be {what}")
