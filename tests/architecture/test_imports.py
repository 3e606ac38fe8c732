"""What is loaded, by what is done: start-up is paid by everybody, so heavy libraries wait until needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"openai", "jsonschema", "httpx", "httpx2", "mcp", "pydantic", "click", "yaml", "jinja2", "asyncio"}

FLOW = """\
turbo: 1
inputs: {name?: {type: string, default: world}}
steps:
  - system: Be short.
  - user: Say hello to {{ name }}.
  - generate
"""


def loaded_after(code: str, *arguments: str, **environment: str) -> set[str]:
    """Run Python code in a process of its own; return which heavy libraries and modules of ours it loaded."""
    report = (
        "\nimport sys\nprint('\\nLOADED', *sorted("
        f"name for name in sys.modules if name in {HEAVY!r} or name.startswith('turbo_yaml.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + report, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


def command(*arguments: str) -> str:
    """Return code that runs the command and goes on after it."""
    return (
        "import sys\nfrom turbo_yaml.cli.main import main\n"
        f"sys.argv = ['turbo-yaml', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done.code"
    )


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "hello.yaml"
    path.write_text(FLOW, encoding="utf-8")
    return path


def test_importing_the_package_loads_no_heavy_library() -> None:
    assert loaded_after("import turbo_yaml").isdisjoint(HEAVY)


def test_the_version_is_told_without_any_engine() -> None:
    loaded = loaded_after(command("--version"))
    assert loaded & HEAVY <= {"click"}
    assert loaded <= {
        "click",
        "turbo_yaml.cli",
        "turbo_yaml.cli.main",
        "turbo_yaml.cli.verbs",
        "turbo_yaml.version",
    }


def test_check_loads_neither_openai_nor_jsonschema(flow: Path) -> None:
    assert loaded_after(command("check", str(flow))).isdisjoint(
        {"openai", "jsonschema", "httpx", "httpx2", "pydantic"}
    )


def test_a_check_of_a_small_flow_does_not_compile_it(flow: Path) -> None:
    assert loaded_after(command("check", str(flow))).isdisjoint(
        {"turbo_yaml.codegen", "turbo_yaml.compiler.record", "turbo_yaml.runtime"}
    )


def test_a_check_of_a_good_flow_loads_only_what_the_flow_has(flow: Path) -> None:
    unused = (
        "turbo_yaml.syntax.mistakes.explain", "turbo_yaml.syntax.recovery", "turbo_yaml.template.complaints",
        "turbo_yaml.flow.readers.tests", "turbo_yaml.flow.readers.tools", "turbo_yaml.compiler.tests",
        "turbo_yaml.checks.rules.tools", "turbo_yaml.checks.rules.slots.wrong_test",
        "turbo_yaml.checks.rules.names.maybe_unset", "turbo_yaml.diagnostics.render",
    )  # fmt: skip
    assert not {name for name in loaded_after(command("check", str(flow))) if name.startswith(unused)}


def test_a_run_with_echo_loads_neither_openai_nor_jsonschema(flow: Path, tmp_path: Path) -> None:
    loaded = loaded_after(command("run", str(flow), "-m", "echo"), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert loaded.isdisjoint({"openai", "jsonschema", "httpx", "httpx2", "pydantic"})


def test_a_warm_run_needs_neither_yaml_nor_jinja(flow: Path, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    cold = loaded_after(command("run", str(flow), "-m", "echo"), **cache)
    assert {"yaml", "jinja2"} <= cold
    warm = loaded_after(command("run", str(flow), "-m", "echo"), **cache)
    assert warm.isdisjoint({"yaml", "jinja2"})


def test_a_warm_run_loads_only_what_its_flow_names(flow: Path, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = command("run", str(flow), "-m", "echo", "-p", "name", "Ada")
    loaded_after(run, **cache)
    unused = (
        "turbo_yaml.analysis", "turbo_yaml.checks", "turbo_yaml.codegen", "turbo_yaml.flow",
        "turbo_yaml.template", "turbo_yaml.runtime.content", "turbo_yaml.runtime.delegates",
        "turbo_yaml.runtime.values.filters", "turbo_yaml.runtime.values.tests",
        "turbo_yaml.runtime.values.calls", "turbo_yaml.settings.reading", "turbo_yaml.types.filling",
        "turbo_yaml.types.reply", "turbo_yaml.types.text", "turbo_yaml.types.validation",
        "turbo_yaml.types.wire", "turbo_yaml.types.schema.closures", "turbo_yaml.types.schema.keywords",
    )  # fmt: skip
    assert not {name for name in loaded_after(run, **cache) if name.startswith(unused)}


def test_a_cold_run_of_simple_texts_needs_neither_the_lexer_of_templates_nor_patterns(flow: Path) -> None:
    loaded = loaded_after(command("run", str(flow), "-m", "echo"), TURBO_YAML_CACHE="off")
    assert loaded.isdisjoint(
        {"turbo_yaml.template.lexer", "turbo_yaml.template.reading", "turbo_yaml.types.schema.pattern"}
    )


def test_a_tool_of_a_server_loads_its_library_at_its_first_call(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(
        "turbo: 1\n"
        "tools:\n"
        "  find: {description: Find., http: 'GET https://shop.example/{id}', with: {id: integer}}\n"
        "  time: {mcp: {command: [time-server]}}\n"
        "steps:\n"
        "  - {if: 1 > 2, then: [{tool: find, with: {id: 1}}, {tool: time.now}]}\n"
        "  - result: done\n",
        encoding="utf-8",
    )
    allow = ("--allow", "http:shop.example", "--allow", "mcp:time-server")
    loaded = loaded_after(command("run", str(path), *allow), TURBO_YAML_CACHE="off")
    assert loaded.isdisjoint({"openai", "jsonschema", "httpx", "httpx2", "mcp", "pydantic"})
