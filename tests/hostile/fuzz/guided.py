"""A target under atheris, which sees what each input reaches: where it is installed.

`python -m tests.hostile.fuzz.guided TARGET FOLDER SECONDS` is the process that it takes over.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zlib import crc32

from tests.hostile.fuzz.mutation import LONGEST
from tests.hostile.fuzz.runner import Outcome
from tests.hostile.fuzz.target import found_folder

GUIDED: Final = ("loader", "checker", "templates", "settings")
_PATIENCE: Final = 120.0
_SLOW: Final = 60.0
"""Seconds of CPU for one input: what is watched at each branch takes longer."""
_ROUNDS: Final = re.compile(r"^#(\d+)", re.MULTILINE)


def is_installed() -> bool:
    """Tell whether atheris is there."""
    return find_spec("atheris") is not None


def guided(name: str, seconds: float, seed: str) -> Outcome:
    """Fuzz a target under atheris for some seconds, up to its first fault."""
    folder = found_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        words = [
            sys.executable,
            "-m",
            "tests.hostile.fuzz.guided",
            name,
            place,
            str(max(1, int(seconds))),
            seed,
        ]
        done = subprocess.run(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds + _PATIENCE,
            check=False,
        )
        rounds = [int(number) for number in _ROUNDS.findall(done.stdout)]
        findings = [(done.stdout, str(_kept(path, folder))) for path in Path(place).glob("fault-*")]
    if done.returncode and not findings:
        findings = [(done.stdout, "")]
    return Outcome(max(rounds, default=0), findings)


def _kept(path: Path, folder: Path) -> Path:
    from tests.hostile.fuzz.engine import kept

    return kept(folder, path.read_bytes())


def _taken_over(name: str, place: Path, seconds: int, chance: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["turbo_yaml"]):
        from tests.hostile.fuzz.engine import opened_trial

        target, trial = opened_trial(name, place, _SLOW)
    seeds = place / "seeds"
    seeds.mkdir()
    for number, seed in enumerate(target.seeds()):
        (seeds / str(number)).write_bytes(seed)

    def once(data: bytes) -> None:
        finding = trial(data)
        if finding is not None:
            raise AssertionError(finding.told or finding.fault)

    number = 1 + crc32(chance.encode()) % 2**31
    options = [f"-seed={number}", f"-max_total_time={seconds}", f"-max_len={LONGEST}"]
    options += [f"-artifact_prefix={place}/fault-", "-rss_limit_mb=0", "-timeout=60", str(seeds)]
    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


if __name__ == "__main__":
    _taken_over(sys.argv[1], Path(sys.argv[2]).resolve(), int(sys.argv[3]), sys.argv[4])
