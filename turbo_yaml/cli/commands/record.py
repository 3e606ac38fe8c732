"""`record`: a session, or a run that was recorded, to a test that passes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.commands import run as running
from turbo_yaml.cli.commands.run import STDIN, Order, perform
from turbo_yaml.cli.faults import EXIT_CODES
from turbo_yaml.cli.overrides import InOrder
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.terminal import tell
from turbo_yaml.errors import FlowError, ModelError, UsageError

if TYPE_CHECKING:
    from turbo_yaml.runtime.wrapper import TurboGenWrapper

FAILED = 1
_OWN = (
    click.Argument(["flow"], metavar="[FLOW]", required=False),
    click.Option(["--run", "recorded"], metavar="RUN", help="Make the test of this recorded run."),
    click.Option(["--name"], metavar="TEXT", help="Name the test; by default it has the name of the run."),
    click.Option(
        ["--out"],
        metavar="FILE.test.yaml",
        help="Write the test to this file, in place of the flow's `tests:`.",
    ),
)
_ELSEWHERE = frozenset(("conversation", "flow", "form"))


def record(ctx: click.Context, /, **words: Any) -> int:
    """Run FLOW as `run` does, and write a test of it: its inputs, answers, replies and results of tools.

    The test goes to the end of the flow's `tests:`; all else in the file stays as it is. What the journal
    does not store, no test has: secrets are `***`. A session that breaks off or waits can be resumed, and
    then be made a test of with `--run RUN`.
    """
    name, out = words.pop("name"), words.pop("out")
    flow, recorded = words["flow"], words.pop("recorded")
    if (flow is None) == (recorded is None):
        raise UsageError("name a FLOW to run, or a recorded run with `--run`")
    if flow == STDIN:
        raise UsageError("a flow from standard input has no file that a test could be for")
    target = None if out is None else Path(out).absolute()
    _check_target(target)
    if recorded is not None:
        return _write(recorded, _folder(words["state"]), name, target)
    order = Order(ctx.meta[InOrder.KEY], **{"form": None, **_of_run(words)})
    with ExitStack() as stack:
        if order.journal is False:
            state = stack.enter_context(tempfile.TemporaryDirectory())
            order = order._replace(state=state, passing=True)
        return _session(order._replace(journal=True, unrecorded=False), name, target)


def _of_run(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the words that are `run`'s own."""
    return {word: words[word] for word in Order._fields[1:] if word in words}


def _check_target(target: Path | None) -> None:
    """Refuse a file that would not be known as one of tests, before anything is run."""
    if target is None:
        return
    if not target.name.endswith(".test.yaml"):
        raise UsageError(f"`{target.name}` is no name of a file of tests", hint="call it `NAME.test.yaml`")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder `{target.parent}`")


def _folder(state: str | None) -> Path | None:
    return None if state is None else Path(state).absolute()


def _session(order: Order, name: str | None, target: Path | None) -> int:
    """Run a session and write its test; a failure of the flow is tested for, and raised all the same."""
    begun: list[TurboGenWrapper] = []
    folder = _folder(order.state)
    problem: FlowError | None = None
    try:
        perform(order, None, Piped(), begins=begun.append)
    except ModelError:
        raise
    except FlowError as failed:
        problem = failed
    run = begun[0].name if begun else None
    if run is None:
        assert problem is not None
        raise problem
    code = _write(run, folder, name, target)
    if problem is not None:
        raise problem
    return code


def _write(run: str, folder: Path | None, name: str | None, target: Path | None) -> int:
    """Write the test of a recorded run; return the exit code."""
    from turbo_yaml.cli.retold.capturing import capture

    if name is not None:
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    written = capture(run, folder, name, target)
    tell(f"wrote the test `{written.name}` to {written.file}")
    if written.unsteady:
        tell("its result is another each time: the test expects none")
    if written.trouble is None:
        return 0
    tell(f"warning: the test does not pass as it is:\n{written.trouble}")
    return FAILED


command = InOrder(
    "record",
    callback=click.pass_context(record),
    params=[*_OWN, *(param for param in running.command.params if param.name not in _ELSEWHERE)],
    help=record.__doc__,
    short_help="Make a test of a session, or of a recorded run.",
    epilog=EXIT_CODES,
)
