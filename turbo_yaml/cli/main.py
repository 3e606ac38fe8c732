"""The front door: command-line words to an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

PROGRAM = "turbo-yaml"
INTERRUPTED = 130
CLOSED_PIPE = 141
_BY_SIGNAL = 128
_COLLECT_AFTER = 200_000


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code; a traceback from here is a bug."""
    # The process is short and what imports make stays: a collector that looks through it again and again,
    # and once more at the end, takes a fifth of a small run.
    gc.set_threshold(_COLLECT_AFTER)
    code = _run(list(sys.argv[1:] if words is None else words))
    code = _flushed(code)
    gc.freeze()
    sys.exit(code)


def _run(words: list[str]) -> int:
    # Everything is imported inside the `try`, so that Ctrl-C during start-up is as quiet as later.
    try:
        from turbo_yaml.cli.verbs import invoke

        return invoke(words)
    except KeyboardInterrupt as stop:
        _let_signals_end_us()
        return int(stop.args[0]) if stop.args else INTERRUPTED
    except BrokenPipeError:
        return CLOSED_PIPE


def _let_signals_end_us() -> None:
    """From here on Ctrl-C ends the process without a word: there is nothing left to clean up."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _waiting(code: int) -> AbstractContextManager[None]:
    """Return how long a reader is waited for."""
    if code <= _BY_SIGNAL or code == CLOSED_PIPE:
        return nullcontext()
    from turbo_yaml.cli.haste import in_haste

    return in_haste()


def _flushed(code: int) -> int:
    """Write out what is still held; a reader that went away is no reason for a complaint.

    One that has stopped is waited for, unless a signal is to end us.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                with _waiting(code):
                    stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            code = code or CLOSED_PIPE
    return code
