"""Names and texts that try to become code, or that Python and its readers see in two ways."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import builtins
import keyword
from typing import Final

NAMES: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(
        (
            *keyword.kwlist, *keyword.softkwlist,
            "print", "eval", "exec", "open", "compile", "__import__", "getattr", "globals", "range", "len", "dict",
            *(name for name in dir(builtins) if name.startswith("__")),
            "__class__", "__debug__", "__name__", "__file__", "__builtins__", "__turbo__", "__turbo_source__", "__init__",
            "__annotations__", "__x", "x__", "_", "__", "___", "_1", "_x", "x_", "u__61_", "u_", "u__", "u__u__",
            "memory", "loop", "error", "self", "caller", "varargs", "kwargs", "out", "part", "text", "attr", "item", "get",
            "filters", "tests", "missing", "known", "plain", "call", "include", "handoff", "rounds", "countdown", "count",
            "Generate", "Result", "System", "User", "Message", "Failures", "Closing", "describe", "fits", "left", "reply",
            "branches", "signal", "question", "message", "namespace", "now", "concat", "truth", "invoke", "method",
            "x_branch", "each_x", "limit_5_5", "text_1", "text_5", "loop_1", "v_call", "v_include", "closed", "caught",
            "ﬁ", "ｅｖａｌ", "𝐞𝐱𝐞𝐜", "𝒸lass", "ª", "º", "µ", "Å", "é", "e\u0301", "ſ", "K", "Ω", "ℌ", "ﬀ", "ĳ",
            "π", "变量", "переменная", "ｘ", "a\u200bb", "a\u200db", "\u202ea", "a\u0301\u0327", "a\u0327\u0301", "ⅷ", "𝟙a",
            "a" * 400, "a" * 5000, "é" * 900, "_" * 300,
            "1a", "", " ", "a b", "a-b", "a.b", "a\nb", "a;b", "a=1", "a, b", "(a)", "a:int", "*a", "**a", "a#b", "a\\\nb",
            "import os", "a\x00b", "\ud800", "\uffff", "\U000e0061", "a\tb", "lambda: 0", "yield x", "await x", "a if b else c",
        )
    )
)  # fmt: skip

TEXTS: Final[tuple[str, ...]] = (
    *NAMES,
    "{", "}", "{}", "{{", "}}", "{{ x }}", "{% raw %}", "{# #}", "{x!r}", "{x:>{y}}", "{0.__class__}", "{'a'}", "{{}}{}",
    "%", "%s", "%%", "%(a)s", "%n", "\\", "\\\\", "\\n", "\\x41", "\\N{LATIN SMALL LETTER A}", "\\u0041", "\\U0001F600",
    "'", '"', "'''", '"""', "'\"", '"\'"', "'+'", "' + __import__('os').system('id') + '", '" + open("x") + "',
    "\n", "\r", "\r\n", "\n\n", "\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x85", "\u2028", "\u2029", "\x00", "\x1b[31m", "\x7f",
    "\n# comment", "# flow.yaml:12", "\nimport os\n", "\n    raise SystemExit", "pass", "yield", "return 1", "async def f(): pass",
    "f'{x}'", "f\"{x}\"", "rb''", "u''", "...", "None", "True", "__debug__", "0", "-1", "1e999", "0x" + "f" * 900, "9" * 5000,
    "\u202e\u2066", "\ufeff", "\ufffe", "\U0010ffff", "\ud83d", "\udc00a", "e\u0301", "ﬁ", "a\u0300" * 300, "x" * 100_000,
    "(" * 500, "[" * 500, "lambda x: " * 300, "not " * 300, "-" * 2000, " " * 2000, "\n" * 2000, "\\" * 2001, "'" * 2001,
)  # fmt: skip
