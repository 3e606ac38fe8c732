"""`replay`: a recorded run to the first thing that its flow does differently now."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.options import common, completed, secret_inputs_flag
from turbo_yaml.cli.recorded import state_flag
from turbo_yaml.cli.terminal import write

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.replay import Replayed

SAME, DIFFERS = 0, 1
EPILOG = """\
\b
Exit codes:
  0  the flow does the same, as far as the run was recorded
  1  it does not: the first difference is shown
  2  usage, or a flow or settings file with errors
"""


@click.command("replay", short_help="Run a recorded run again, with no model.", epilog=EPILOG)
@click.argument("run", metavar="RUN")
@click.option(
    "--flow",
    metavar="FLOW",
    shell_complete=completed("complete_flow"),
    help="Run this file: an edited copy of the flow.",
)
@secret_inputs_flag
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@state_flag
@common
def command(
    run: str, flow: str | None, params: tuple[tuple[str, str], ...], as_json: bool, state: str | None
) -> int:
    """Run the flow of RUN again, told what it was told then, and show the first thing that is different.

    Nothing is asked of a model, a tool or a person, and no time is waited for. The flow is its file as it is
    now. Nothing is recorded.
    """
    from turbo_yaml.cli.inputs import gather
    from turbo_yaml.cli.piped import Piped
    from turbo_yaml.cli.retold.again import do_again, function_of
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.runtime.recording.replay import Replaying

    flow = None if flow is None else str(Path(flow).absolute())
    with Journal(None if state is None else Path(state).absolute()) as journal:
        replaying = Replaying(journal, run)
        function = function_of(replaying.run, journal.sources(replaying.run), flow)
        declared = () if function.info is None else function.info.inputs
        given = gather(declared, (), params, Piped()) if params else {}
        found = do_again(replaying, function, given)
    if as_json:
        from turbo_yaml.cli.conversation.output import to_json

        write(sys.stdout, to_json(_data(run, found), indent=2) + "\n")
    else:
        write(sys.stdout, _text(found))
    return SAME if found.difference is None else DIFFERS


def _data(name: str, found: Replayed) -> dict[str, Any]:
    counts = Counter(event.kind for event in found.told)
    data: dict[str, Any] = {"run": name, "same": found.difference is None}
    data |= {"turns": counts["turn"], "inputs": counts["input"], "tools": counts["tool"]}
    if found.difference is not None:
        data["difference"] = {k: v for k, v in found.difference._asdict().items() if v}
    return data | {"ends_at": found.end} if found.end is not None else data


def _text(found: Replayed) -> str:
    if found.difference is not None:
        return "".join(
            f"{line}\n" for line in (found.difference.message, *found.difference.diff.splitlines())
        )
    ends = f"; the record ends at `{found.end}`" if found.end is not None else ""
    return f"the same: {_told(found)}{ends}\n"


def _told(found: Replayed) -> str:
    """Return how much the flow was told, in words."""
    counts = Counter(event.kind for event in found.told)
    replies, answers, tools = counts["turn"], counts["input"], counts["tool"]
    words = [f"{replies} {'reply' if replies == 1 else 'replies'}"]
    if answers:
        words.append(f"{answers} {'answer' if answers == 1 else 'answers'}")
    if tools:
        words.append(f"{tools} {'result' if tools == 1 else 'results'} of tools")
    return ", ".join(words)
