"""`test`: flows and files of tests to what holds of them and what does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.files import find_flows
from turbo_yaml.cli.options import common, paths_argument
from turbo_yaml.cli.overrides import InOrder, Override, gather_layers, setting_flags
from turbo_yaml.cli.terminal import put, tell, wants_color, write
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.flow.assertions import ASSERTIONS
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import patch_of
from turbo_yaml.settings.sources import PROJECT_FILE
from turbo_yaml.testing.cases import Case
from turbo_yaml.testing.outcome import Outcome, Summary
from turbo_yaml.testing.reports import formats
from turbo_yaml.testing.reports.text import TextReport
from turbo_yaml.testing.runner import Order, run_suites
from turbo_yaml.testing.suite import Suite, has_tests

PASSED, FAILED = 0, 1
FORMS: dict[str, Callable[[Summary], str]] = {
    "json": formats.to_json,
    "junit": formats.to_junit,
    "github": formats.to_github,
    "tap": formats.to_tap,
}
EPILOG = f"""\
\b
Exit codes:
  0  every test passed, or was skipped
  1  a test failed
  2  usage, or a flow, a test or a settings file with errors

Assertions: {", ".join(name.replace("[0]", "[n]") for name in ASSERTIONS)}; each but `snapshot` and
`assert-set` also with `not-` before it.
"""


@click.command("test", cls=InOrder, short_help="Run the tests of flows, without a model.", epilog=EPILOG)
@paths_argument("[PATH]...")
@click.option(
    "-k", "pattern", metavar="PATTERN", help="Run the tests with this in their names; * and ? fit any."
)
@click.option("--list", "listing", is_flag=True, help="Name the tests and run none.")
@click.option("-x", "--exitfirst", is_flag=True, help="Stop at the first test that fails.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 64), default=1, metavar="N", help="Run so many side by side."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMS]),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option("-v", "--verbose", is_flag=True, help="Name every test, those that passed too.")
@click.option("--coverage", is_flag=True, help="Tell which steps and branches the tests reached.")
@click.option(
    "--coverage-file",
    "coverage_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write that to a file: JSON where its name ends so, else LCOV.",
)
@click.option("--update", is_flag=True, help="Write the snapshots anew.")
@click.option("--live", is_flag=True, help="Run the tests with `live: true`, and let a model grade.")
@click.option(
    "--repeat", type=click.IntRange(1, 1000), default=1, metavar="N", help="Run each test so often."
)
@setting_flags
@common
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    form: str,
    listing: bool,
    verbose: bool,
    profiles: tuple[str, ...],
    coverage: bool,
    coverage_files: tuple[Path, ...],
    **words: Any,
) -> int:
    """Run the tests in flows, and in files called *.test.yaml: of files, or of folders and all below them.

    The model's replies, the answers and the results of tools are those that the tests give. No model is
    asked, unless a test says `live: true` and `--live` is given.
    """
    order = Order(
        pattern=words["pattern"],
        exit_first=words["exitfirst"],
        jobs=words["jobs"],
        update=words["update"],
        live=words["live"],
        repeat=words["repeat"],
    )
    watched = coverage or bool(coverage_files)
    files = _files(paths or (".",))
    layers = _layers(ctx.meta[InOrder.KEY], live=order.live)
    suites = _suites(files, lambda file: Suite(file, layers, profiles=profiles, watched=watched))
    cases = [(suite, case) for suite in suites for case in suite.cases() if order.wants(case.name)]
    if not cases:
        if order.pattern and any(suite.tests for suite in suites):
            raise UsageError("there are no tests under this name", hint="`--list` shows their names")
        raise UsageError("there are no tests here", hint="a flow has them under `tests:`")
    if listing:
        write(sys.stdout, "".join(_listed(suite, case) for suite, case in cases))
        return PASSED
    summary = _reported(suites, order, form, verbose)
    if watched:
        _tell_coverage(files, summary, coverage, form, coverage_files)
    return PASSED if summary.passed else FAILED


def _layers(overrides: Sequence[Override], *, live: bool) -> Callable[[Path], list[Layer]]:
    """Return what gives the settings for flows in a folder. Offline they do not depend on who runs them."""
    known: dict[Path, list[Layer]] = {}
    whole = Layer(LayerKind.BUILT_IN, "built-in", patch_of({"stream": False}))

    def layers(folder: Path) -> list[Layer]:
        if folder not in known:
            known[folder] = [
                whole,
                *gather_layers(overrides, folder, offline=not live),
            ]
        return known[folder]

    return layers


def _files(paths: Sequence[str]) -> list[Path]:
    """Return the flows and files of tests that paths name, each once."""
    found = (file for path in paths for file in find_flows(Path(path)) if file.name != PROJECT_FILE)
    return [*dict.fromkeys(found)]


def _suites(files: Sequence[Path], read: Callable[[Path], Suite]) -> list[Suite]:
    """Return the suites that have tests. `FlowInvalid` with all that is wrong in any of them."""
    suites: list[Suite] = []
    found: list[Diagnostic] = []
    for file in filter(has_tests, files):
        try:
            suite = read(file)
            if suite.tests:
                suite.load()
                suites.append(suite)
        except FlowInvalid as problem:
            found += problem.diagnostics
    if found:
        raise FlowInvalid(found)
    return suites


def _listed(suite: Suite, case: Case) -> str:
    line = case.source.position(case.span.start).line
    return f"{suite.name}:{line}: {case.name}\n"


def _reported(suites: Sequence[Suite], order: Order, form: str, verbose: bool) -> Summary:
    if form != "text":
        summary = run_suites(suites, order)
        put(sys.stdout, FORMS[form](summary))
        return summary
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    report = TextReport(color=wants_color(sys.stdout), symbols=encoding.startswith("utf"))
    whole = verbose or len(suites) == 1
    waiting: list[Outcome] = []

    def told(outcome: Outcome) -> None:
        if waiting and waiting[0].file != outcome.file:
            put(sys.stdout, report.file(waiting, whole=whole))
            waiting.clear()
        waiting.append(outcome)

    summary = run_suites(suites, order, told)
    if waiting:
        put(sys.stdout, report.file(waiting, whole=whole))
    put(sys.stdout, report.failures(summary.outcomes) + report.summary(summary))
    if order.update:
        written = sum(1 for suite in suites for _ in suite.written)
        tell(f"{written} {'snapshot' if written == 1 else 'snapshots'} written")
    return summary


def _tell_coverage(
    files: Sequence[Path], summary: Summary, table: bool, form: str, targets: Sequence[Path]
) -> None:
    """Print what the tests reached in flows, and write it to files."""
    from turbo_yaml.testing.coverage.collect import cover
    from turbo_yaml.testing.coverage.output import to_json, to_lcov, to_table

    found = cover(files, summary)
    for target in targets:
        written = to_json(found) if target.suffix == ".json" else to_lcov(found)
        target.write_text(written, encoding="utf-8")
    if table:
        stream = sys.stdout if form == "text" else sys.stderr
        put(stream, to_table(found, color=wants_color(stream)))
