"""Trust by stage: what runs a flow has no way to turn a text into a template, code, a role or a path."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import turbo_yaml
from turbo_yaml.runtime.values.filters import NAMES
from turbo_yaml.runtime.values.filters.costs import COSTS
from turbo_yaml.runtime.values.tests import TESTS
from turbo_yaml.template.vocabulary import FILTERS, GLOBALS, OPERATOR_TESTS
from turbo_yaml.template.vocabulary import TESTS as TEST_NAMES

PACKAGE = Path(turbo_yaml.__file__).parent
AT_RUN_TIME = (
    "runtime",
    "models",
    "memory",
    "tools",
    "wire",
    "cache",
    "journal",
    "protocol",
    "types",
    "settings",
)
"""The parts that a run is made of."""

COMPILERS = ("turbo_yaml.template", "turbo_yaml.codegen", "turbo_yaml.compiler", "turbo_yaml.analysis")
TURN_INTO_CODE = frozenset({"eval", "exec", "compile", "__import__", "FunctionType", "CodeType", "run_path"})
MAKE_TEMPLATES = frozenset(
    {"from_string", "Template", "Environment", "parse_text", "parse_expression", "overlay"}
)
DANGEROUS = frozenset(
    {"pickle", "marshal", "shelve", "dill", "ctypes", "runpy", "code", "codeop", "pty", "imp"}
)
BY_TABLE = frozenset(
    {
        "runtime/values/__init__.py", "runtime/values/filters/__init__.py", "runtime/support.py",
        "models/pool.py", "memory/registry.py", "memory/summarize.py", "runtime/summaries.py",
        "protocol/messages.py",
    }
)  # fmt: skip
"""Modules that load others by name: the names stand in tables of theirs, or generated code asks for them."""


OF_THE_OPERATOR = "tools/file.py"
"""Runs a Python file: the one that `--tools` on the command line names."""

ASKS_FOR_A_PACKAGE = "tools/mcp/checking.py"
"""Asks whether the package `mcp` is installed."""

FOR_HOSTS = "runtime/host/"
"""What hosts call from Python of their own, which is trusted: a message of a template that the host wrote."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for part in AT_RUN_TIME:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            name = path.relative_to(PACKAGE).as_posix()
            if not name.startswith(FOR_HOSTS):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.AST) -> str | None:
    """Return the name of what is called: `f` of `f()`, `m.f()`; None for other nodes."""
    if not isinstance(node, ast.Call):
        return None
    match node.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="re"), attr="compile"):
            return None
        case ast.Attribute(attr=name):
            return name
    return None


def test_nothing_of_a_run_turns_text_into_code_or_into_a_template() -> None:
    found = [
        f"{name}:{node.lineno} {called(node)}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in TURN_INTO_CODE | MAKE_TEMPLATES
    ]
    assert not found


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.lineno, node.module


def test_nothing_of_a_run_imports_what_makes_templates_or_code() -> None:
    found = [
        f"{name}:{line} {module}"
        for name, tree in modules()
        for line, module in imported(tree)
        if module.startswith((*COMPILERS, "jinja2"))
        or module.split(".")[0] in DANGEROUS
        or (
            module.split(".")[0] == "importlib"
            and name not in BY_TABLE | {OF_THE_OPERATOR, ASKS_FOR_A_PACKAGE}
        )
    ]
    assert found == [line for line in found if "jinja2.utils" in line and "markup.py" in line]


REACHES = {
    "processes": ({"subprocess", "asyncio.subprocess", "multiprocessing"}, {"tools/mcp/process.py"}),
    "network": (
        {
            "socket",
            "ssl",
            "http",
            "urllib.request",
            "httpx",
            "httpx2",
            "openai",
            "redis",
            "mcp",
            "anyio",
            "aiohttp",
        },
        {"models/openai.py", "cache/redis.py", "tools/http/", "tools/mcp/", "models/faults.py"},
    ),
}
STARTS = {
    "system",
    "popen",
    "execv",
    "execve",
    "spawnv",
    "posix_spawn",
    "subprocess_exec",
    "subprocess_shell",
}


@pytest.mark.parametrize("what", REACHES)
def test_the_world_is_reached_by_these_modules_of_a_run_alone(what: str) -> None:
    libraries, allowed = REACHES[what]
    found = {
        name
        for name, tree in modules()
        for _, module in imported(tree)
        if module in libraries or module.split(".")[0] in libraries
    }
    assert not {name for name in found if not name.startswith(tuple(allowed))}
    assert all(any(name.startswith(one) for name in found) for one in allowed if one != "models/faults.py"), (
        found
    )


def test_one_module_of_a_run_starts_processes_and_no_shell() -> None:
    found = {
        (name, word)
        for name, tree in modules()
        for node in ast.walk(tree)
        if (word := called(node)) in STARTS
    }
    assert found == {("tools/mcp/process.py", "subprocess_exec")}


def test_no_message_of_a_flow_is_given_as_a_template() -> None:
    """Messages take a `template` from hosts alone; generated code has rendered its texts already."""
    for flow in sorted((PACKAGE.parent / "tests" / "golden" / "compile").glob("*.py")):
        for node in ast.walk(ast.parse(flow.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.keyword) and node.arg in ("template", "variables"))
    named = [
        node.value
        for path in sorted((PACKAGE / "codegen").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "variables"
    ]
    assert not named


def test_no_role_of_a_message_comes_from_a_value() -> None:
    """Messages are made by classes, one for each role; only `messages:` reads roles, and checks them."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if called(node) == "Message" and name.startswith(("runtime", "models"))
    ]
    assert not found


OPENS = frozenset(
    {
        "open", "read_text", "read_bytes", "write_text", "write_bytes", "connect", "mkstemp", "mkdtemp",
        "listdir", "scandir", "iterdir", "glob", "rglob", "unlink", "rename", "rmtree", "symlink_to", "touch",
        "read_below", "read_source", "NamedTemporaryFile", "TemporaryDirectory", "mkdir", "chmod", "stat",
    }
)  # fmt: skip
"""What has to do with files, by the names of functions and methods."""
OWN_FILES: dict[str, str] = {
    "cache/file.py": "the user's state folder",
    "journal/database.py": "the user's state folder",
    "journal/folder.py": "the user's state folder",
    "journal/writer.py": "the user's state folder",
    "journal/locks.py": "the user's state folder, names made by chance",
    "memory/conversations.py": "the user's state folder",
    "memory/sqlite.py": "the user's state folder",
    "settings/keychain.py": "the user's configuration folder",
    "settings/trust.py": "the user's configuration folder, and whether a `turbo.yaml` is there",
    "settings/sources.py": "settings files: the user's, the nearest turbo.yaml, what the operator names",
    "runtime/content/attachments.py": "what a flow attaches: below its root alone, by `read_below`",
}
"""The modules of a run that open files, and which: all but one know them from the operator alone."""


def is_own(function: ast.expr) -> bool:
    """Tell whether what is called is `read_text` of `types`, which reads no file."""
    return isinstance(function, ast.Name) and function.id == "read_text"


def test_files_are_opened_by_these_modules_of_a_run_alone() -> None:
    found: dict[str, set[str]] = {}
    for name, tree in modules():
        nodes = [node for node in ast.walk(tree) if not (isinstance(node, ast.Call) and is_own(node.func))]
        if words := {word for node in nodes if (word := called(node)) in OPENS}:
            found[name] = {word for word in words if word}
    assert found.keys() <= OWN_FILES.keys(), {name: found[name] for name in found.keys() - OWN_FILES.keys()}
    assert OWN_FILES.keys() <= found.keys(), OWN_FILES.keys() - found.keys()
    assert found["runtime/content/attachments.py"] == {"read_below"}


def test_filters_and_tests_are_an_allow_list_and_each_filter_has_a_cost() -> None:
    assert set(NAMES) == set(FILTERS) == set(COSTS)
    assert set(TESTS) == set(TEST_NAMES) | set(OPERATOR_TESTS)


@pytest.mark.parametrize("name", ["lipsum", "cycler", "joiner", "self", "context", "environment"])
def test_what_jinja_has_beyond_data_is_not_there(name: str) -> None:
    assert name not in GLOBALS | set(FILTERS) | set(TEST_NAMES)
