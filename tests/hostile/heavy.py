"""Replies that ask for memory, and how much of it the command takes at most."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from tests.server import Answer, ThreadServer
from tests.server.answer import chunk

ROOT: Final = Path(__file__).parents[2]
MOST: Final = 200
"""MiB of a whole process, Python and all that is loaded among them."""
MIB: Final = 1 << 20
_TEXT: Final = 8 * MIB
_FLOW: Final = "turbo: 1\nsteps:\n  - user: Hi\n  - generate\n"
_COMMAND: Final = """
import atexit, sys
def tell():
    status = open("/proc/self/status").read()
    print("peak", status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
atexit.register(tell)
from turbo_yaml.cli.main import main
main(sys.argv[1:])
"""
_GZIP: Final = {"content-encoding": "gzip"}


class Peak(NamedTuple):
    """What came of a reply: the exit code, how much was printed, what was said, and MiB at most."""

    code: int
    printed: int
    errors: str
    memory: float


def bomb() -> bytes:
    """Return 4 GiB of spaces as 4 MiB, but for the sum at their end, to which nobody should come."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * (16 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + block * 256


def replies() -> dict[str, Answer]:
    """Return the replies by name, of which those with `text` in it are whole."""
    packed, words = bomb(), "word " * (_TEXT // 5)
    line = b"data: " + b'{"choices": [{"delta": {"content": "' + b"x" * (16 * MIB)
    deltas = [chunk({"content": words[at : at + 4096]}) for at in range(0, len(words), 4096)]
    return {
        "a gzip bomb": Answer(body=packed, headers=_GZIP, cut=MIB),
        "a gzip bomb as an error": Answer(status=500, body=packed, headers=_GZIP, cut=MIB),
        "a gzip bomb as a stream": Answer(events=[packed], headers=_GZIP, cut=MIB),
        "a line of 16 MiB": Answer(events=[line], cut=MIB),
        "a line of 16 MiB in one piece": Answer(body=line, content_type="application/json"),
        "a text of 8 MiB": Answer(words),
        "a text of 8 MiB in pieces": Answer(events=[*deltas, chunk({}, None, "stop"), "[DONE]"]),
    }


def peak(answer: Answer, folder: Path) -> Peak:
    """Run a flow that gets this reply."""
    flow = folder / "flow.yaml"
    flow.write_text(_FLOW, encoding="utf-8")
    with ThreadServer([answer]) as server:
        settings = {
            "providers.here.base_url": server.url,
            "providers.here.api_key_env": "null",
            "retries": "0",
            "limits.reply": "100000000",
        }
        words = [sys.executable, "-c", _COMMAND, "run", str(flow), "-m", "here/some-model", "--no-journal"]
        for name, value in settings.items():
            words += ["--set", f"{name}={value}"]
        words.append("--no-stream" if answer.events is None else "--jsonl")
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    *told, last = done.stderr.splitlines()
    return Peak(done.returncode, len(done.stdout), "\n".join(told), int(last.split()[1]) / 1024)
