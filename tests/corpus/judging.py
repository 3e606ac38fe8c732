"""Mutants to verdicts: what the check says of each, and whether it fails when it is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.corpus.mutants import Mutant
from tests.corpus.playing import Play, placed, play
from turbo_yaml.compiler.edge import check, check_text
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowError, FlowInvalid, UsageError

UP_TO_OTHERS = frozenset({"invalid_output", "loop_limit"})
"""Kinds of failure that hang on what the model says, which is written down for the good flow."""


@dataclass(frozen=True)
class Verdict:
    """One mutant with what was found. `failure`: what a run of it failed with, None where all went well."""

    mutant: Mutant
    found: list[Diagnostic]
    failure: str | None

    @property
    def missed(self) -> bool:
        """Whether it fails and nothing was said."""
        return self.failure is not None and not self.found


def judged(mutant: Mutant, plays: Sequence[Play]) -> Verdict:
    """Return the verdict on a mutant; what has errors is not run, for it does not load."""
    found = check_text(mutant.text, name=mutant.path.name, root=mutant.path.parent)
    for told in plays:
        if told.flow is not None and not found:  # a file of flows is checked with those that use it
            with placed(mutant.text, mutant.path, told) as flow:
                found = check(flow)
    failure = None if any(one.severity == "error" for one in found) else _failure(mutant, plays)
    return Verdict(mutant, found, failure)


def _failure(mutant: Mutant, plays: Sequence[Play]) -> str | None:
    for told in plays:
        try:
            story = play(mutant.text, mutant.path, told)
        except FlowInvalid as error:
            return str(error)
        except UsageError as error:
            if str(error).partition(":")[0].partition(".")[0] in told.inputs:
                continue  # who runs it gives what the good flow takes
            if "which is not allowed" in str(error):
                continue  # who runs it allows what the good flow reaches
            return str(error)
        except IndexError:
            continue  # it asks for more answers than there are
        error = story.error
        if error is None or _up_to_others(mutant, error):
            continue
        return f"{error.kind}: {error}"
    return None


def _up_to_others(mutant: Mutant, error: FlowError) -> bool:
    """Tell whether the flow fails on purpose, or because the script was written for the good flow."""
    if error.kind == "unknown_tool" and "the MCP server" in str(error):
        return True  # which tools it has a server says when it runs
    on_purpose = error.kind in ("assert", "raised") or f"kind: {error.kind}" in mutant.text
    return on_purpose or error.kind in UP_TO_OTHERS or str(error).startswith("the script has ")
