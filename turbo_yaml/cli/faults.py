"""An exception to what the person reads and to the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from turbo_yaml.cli.terminal import put, tell, wants_color, write
from turbo_yaml.errors import FlowInvalid, TurboError

DEBUG = "turbo_yaml.debug"
FAILED, USAGE = 1, 2
_NO_ROOM = ("can't start new thread", "failed to map segment", "annot allocate memory")
"""What Python and the system's loader of libraries say where the system gives no memory."""

EXIT_CODES = """\
\b
Exit codes:
  0    done
  1    the flow failed
  2    usage, or a flow or settings file with errors
  3    the model or its provider failed
  4    a limit or a budget was reached
  5    the run waits for an answer, and can be resumed
  130  interrupted
"""


def report(error: Exception, context: click.Context | None, words: Sequence[str] = ()) -> int:
    """Print an error on standard error and return the exit code. A closed pipe is not for here."""
    if isinstance(error, BrokenPipeError):
        raise error
    if _debugging(context) and not isinstance(error, click.ClickException):
        _traceback(error)
    if isinstance(error, click.ClickException):
        error.show()
        if (help := _written_as_one(words)) is not None:
            tell(f"  = help: {help}")
        return error.exit_code
    _let_go_of_what_ran(error)
    if _lacks_memory(error):
        tell("error: the machine has not enough memory, or no room for another thread")
        return FAILED
    if isinstance(error, TurboError):
        put(sys.stderr, _drawn(error, wants_color(sys.stderr, context)))
        write(sys.stderr, "".join(f"{line}\n" for line in getattr(error, "diff", "").splitlines()))
        return error.exit_code
    if isinstance(error, OSError):
        tell(f"error: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        if isinstance(error, FileNotFoundError) and error.filename:
            tell("  = help: check the path and the folder it starts from; folders are not made")
        return FAILED
    tell(f"internal error: {type(error).__name__}: {error}")
    tell("This is a bug in turbo-yaml; please report it with the output of the same command and --debug.")
    return FAILED


def _lacks_memory(error: Exception) -> bool:
    if isinstance(error, RuntimeError | ImportError):
        return any(words in str(error) for words in _NO_ROOM)
    return isinstance(error, MemoryError)


def _written_as_one(words: Sequence[str]) -> str | None:
    """Return the help for an input whose name and value were written as one word, which misleads the rest."""
    for flag, word in pairwise(words):
        name, sign, _ = word.partition("=")
        if flag in ("-p", "--param") and sign and name.isidentifier():
            return f"the name of an input and its value are two words: `{flag} {name} VALUE`"
    return None


def _let_go_of_what_ran(error: BaseException) -> None:
    """Let the values go that a traceback holds: what tells of the error may need their memory."""
    found: BaseException | None = error
    while found is not None and found.__traceback__ is not None:
        found.__traceback__ = None
        found = found.__cause__ or found.__context__


def _drawn(error: TurboError, color: bool) -> str:
    try:
        from turbo_yaml.diagnostics.render import render, render_failure
    except (ImportError, MemoryError):
        return f"error: {error.message}\n"
    if isinstance(error, FlowInvalid):
        return render(error.diagnostics, color=color)
    return render_failure(error, color=color)


def _debugging(context: click.Context | None) -> bool:
    asked = context is not None and bool(context.meta.get(DEBUG))
    return asked or os.environ.get("TURBO_YAML_DEBUG", "") not in ("", "0")


def _traceback(error: Exception) -> None:
    from traceback import format_exception

    write(sys.stderr, "".join(format_exception(error)))
