"""The words of the command to targets that are fuzzed: `python -m tests.hostile.fuzz --seconds 300`."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from typing import Final

from tests.hostile.fuzz.guided import GUIDED, guided, is_installed
from tests.hostile.fuzz.runner import Outcome, fuzzed, replayed
from tests.hostile.fuzz.target import TARGETS, found_cases

SECONDS: Final = 300.0
_TOLD: Final = 2500


def main(words: Sequence[str] | None = None) -> int:
    """Fuzz each target for its share of the time; 1 where something was found."""
    options = _options(words)
    targets = options.target or [*TARGETS]
    bad = sum(_shown(f"{name}, cases", replayed(name, found_cases(name))) for name in targets)
    if options.replay:
        return bad > 0
    with_atheris = [name for name in targets if name in GUIDED and is_installed()]
    each = options.seconds / (len(targets) + len(with_atheris))
    print(f"seed {options.seed}", flush=True)
    for name in targets:
        bad += _shown(name, fuzzed(name, each, options.seed))
        if name in with_atheris:
            bad += _shown(f"{name}, atheris", guided(name, each, options.seed))
    return bad > 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for all targets together")
    parser.add_argument("--target", action="append", choices=[*TARGETS], help="this one only; several times")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="of what chance does")
    parser.add_argument("--replay", action="store_true", help="try only the cases that are kept")
    return parser.parse_args(words)


def _shown(name: str, outcome: Outcome) -> int:
    """Print what came of a target; return how much was found."""
    print(f"{name:20} {outcome.rounds:>9,} inputs, {len(outcome.findings)} findings", flush=True)
    for told, path in outcome.findings:
        print(f"  kept as {path}\n{told[-_TOLD:]}", flush=True)
    return len(outcome.findings)


if __name__ == "__main__":
    sys.exit(main())
