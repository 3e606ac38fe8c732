"""Files, variables and flags become layers; a mistake names the file, the variable or the flag."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.options import assignment_layer, model_layer, option_layer, settings_layer
from turbo_yaml.settings.patch import Place, apply, inside
from turbo_yaml.settings.sources import (
    environment_layer,
    file_layers,
    find_project_file,
    read_file,
    user_file,
)
from turbo_yaml.source import Source


def values(read: tuple[Layer | None, list[Diagnostic]]) -> Any:
    layer, found = read
    assert layer is not None and not found, found
    return apply(layer.patch, {})


# Files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CONFIG_HOME": "/conf", "HOME": "/home/a"}, "/conf/turbo-yaml/settings.yaml"),
        ({"XDG_CONFIG_HOME": "", "HOME": "/home/a"}, "/home/a/.config/turbo-yaml/settings.yaml"),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/home/a"}, "/home/a/.config/turbo-yaml/settings.yaml"),
        ({"HOME": "/home/a"}, "/home/a/.config/turbo-yaml/settings.yaml"),
        ({"TURBO_YAML_CONFIG": "/x/mine.yaml", "HOME": "/home/a"}, "/x/mine.yaml"),
        ({"TURBO_YAML_CONFIG": "", "HOME": "/home/a"}, None),
        ({}, None),
    ],
)
def test_the_users_file_is_where_the_environment_says(environ: dict[str, str], expected: str | None) -> None:
    assert user_file(environ) == (None if expected is None else Path(expected))


def test_the_nearest_project_file_is_found_from_the_flows_folder_up(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "turbo.yaml").touch()
    assert find_project_file(deep) == tmp_path / "turbo.yaml"
    (tmp_path / "a" / "turbo.yaml").touch()
    assert find_project_file(deep) == tmp_path / "a" / "turbo.yaml"


@pytest.mark.parametrize("made", [Path.mkdir, Path.touch])
def test_the_search_ends_at_the_root_of_a_repository(tmp_path: Path, made: Any) -> None:
    (tmp_path / "turbo.yaml").touch()
    inner = tmp_path / "repository" / "flows"
    inner.mkdir(parents=True)
    made(tmp_path / "repository" / ".git")
    assert find_project_file(inner) is None
    (tmp_path / "repository" / "turbo.yaml").touch()
    assert find_project_file(inner) == tmp_path / "repository" / "turbo.yaml"


def test_both_files_are_read_weak_to_strong(tmp_path: Path) -> None:
    (tmp_path / "user.yaml").write_text("model: a\nuser: a\n")
    (tmp_path / "turbo.yaml").write_text("model: b\n")
    layers, found = file_layers(tmp_path, {"TURBO_YAML_CONFIG": str(tmp_path / "user.yaml")})
    assert not found
    assert [layer.kind for layer in layers] == [LayerKind.USER_FILE, LayerKind.PROJECT_FILE]
    assert Settings.built_in({}).with_layers(layers).given == {"model": "b", "user": "a"}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "{}\n"])
def test_a_file_that_sets_nothing_yet_is_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "turbo.yaml").write_text(text)
    assert values(read_file(tmp_path / "turbo.yaml", LayerKind.PROJECT_FILE)) == {}


def test_files_that_are_not_there_are_no_error(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert file_layers(tmp_path, {"HOME": str(tmp_path)}) == ([], [])


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    layers, found = file_layers(tmp_path, {"TURBO_YAML_CONFIG": str(tmp_path / "no.yaml")})
    assert not layers
    assert [(d.rule, d.message) for d in found] == [
        ("unreadable-file", f"there is no file `{tmp_path}/no.yaml`")
    ]


def test_each_file_is_checked_alone_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "user.yaml").write_text("stream: true\ntemprature: 1\n")
    (tmp_path / "turbo.yaml").write_text("model: 5\n")
    monkeypatch.chdir(tmp_path)
    _, found = file_layers(tmp_path, {"TURBO_YAML_CONFIG": "user.yaml"})
    assert [d.where() for d in found] == ["user.yaml:2:1", "turbo.yaml:1:8"]


def test_a_file_that_is_no_text_is_reported_and_the_other_one_read(tmp_path: Path) -> None:
    (tmp_path / "user.yaml").write_bytes(b"\xff\xff")
    (tmp_path / "turbo.yaml").write_text("model: a")
    layers, found = file_layers(tmp_path, {"TURBO_YAML_CONFIG": str(tmp_path / "user.yaml")})
    assert [layer.kind for layer in layers] == [LayerKind.PROJECT_FILE]
    assert [d.rule for d in found] == ["unreadable-file"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_a_project_file_of_another_user_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "turbo.yaml").write_text("model: a")
    os.chown(tmp_path / "turbo.yaml", 12345, -1)
    layers, found = file_layers(tmp_path, {})
    assert not layers
    assert [(d.rule, d.severity) for d in found] == [("foreign-file", "warning")]
    os.chown(tmp_path, 12345, -1)
    layers, found = file_layers(tmp_path, {})
    assert len(layers) == 1 and not found


class Kept(dict[tuple[str, LayerKind], Any]):
    """A cache that holds JSON text."""

    def get(self, source: Source, kind: LayerKind) -> Any | None:  # type: ignore[override]
        text = super().get((source.text, kind))
        return None if text is None else json.loads(text)

    def put(self, source: Source, kind: LayerKind, data: Any) -> None:
        self[source.text, kind] = json.dumps(data)


def test_a_file_out_of_the_cache_is_the_same_layer(tmp_path: Path) -> None:
    path, cache = tmp_path / "turbo.yaml", Kept()
    path.write_text("model: !env [M, echo]\nstop: !append [a]\nprofiles: {p: {timeout: 30s}}\n")
    first = read_file(path, LayerKind.PROJECT_FILE, cache)
    assert len(cache) == 1
    assert read_file(path, LayerKind.PROJECT_FILE, cache) == first


def test_a_file_with_mistakes_is_not_kept(tmp_path: Path) -> None:
    path, cache = tmp_path / "turbo.yaml", Kept()
    path.write_text("modl: a\n")
    for _ in range(2):
        assert read_file(path, LayerKind.PROJECT_FILE, cache)[1]
    assert not cache


LOADED = """
import sys, os
from pathlib import Path
from turbo_yaml.settings.layers import Settings
from turbo_yaml.settings import options, sources
from turbo_yaml.settings.explain import explain, explained_text
layers, found = sources.file_layers(Path(sys.argv[1]), os.environ)
for layer, problems in (
    sources.environment_layer(os.environ),
    options.model_layer("echo"),
    options.option_layer("temperature", "0"),
):
    layers += [layer] if layer else []
    found += problems
assert not found, found
settings = Settings.built_in().with_layers(layers).configured({"stop": "x"})
settings.for_step("a", {"max_tokens": 5})
explained_text(explain(settings))
print(*sorted(set(sys.modules) & {"yaml", "jinja2", "jsonschema", "openai", "click", "asyncio"}))
"""


@pytest.mark.parametrize(("text", "expected"), [(None, ""), ("model: a\n", "yaml")])
def test_yaml_is_loaded_only_where_there_is_a_file_to_read(
    tmp_path: Path, text: str | None, expected: str
) -> None:
    (tmp_path / ".git").mkdir()
    if text is not None:
        (tmp_path / "turbo.yaml").write_text(text)
    environ = {"HOME": str(tmp_path), "TURBO_YAML__USER": "me", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(tmp_path)], capture_output=True, text=True, check=True, env=environ
    )
    assert done.stdout.strip() == expected


# Variables ---------------------------------------------------------------------------------------------


def test_variables_are_read_by_the_type_of_the_setting() -> None:
    environ = {
        "TURBO_YAML__MODEL": "4",
        "TURBO_YAML__TEMPERATURE": "0.5",
        "TURBO_YAML__LIMITS__OUTPUT": "100",
        "TURBO_YAML__STEPS__DRAFT__CACHE": "off",
        "TURBO_YAML__STOP": "!append [a, b]",
        "TURBO_YAML__EXTRA": "{deep: [1, yes it is]}",
        "TURBO_YAML__PROVIDERS__LOCAL__BASE_URL": "http://localhost:1/v1",
        "TURBO_YAML__USER": "",
        "TURBO_YAML_CONFIG": "elsewhere",
        "OTHER": "x",
    }
    assert values(environment_layer(environ)) == {
        "model": "4",
        "temperature": 0.5,
        "limits": {"output": 100},
        "steps": {"draft": {"cache": "off"}},
        "stop": ["a", "b"],
        "extra": {"deep": [1, "yes it is"]},
        "providers": {"local": {"base_url": "http://localhost:1/v1"}},
    }


def test_without_such_variables_there_is_no_layer() -> None:
    assert environment_layer({"PATH": "/bin", "TURBO_YAML__MODEL": ""}) == (None, [])


@pytest.mark.parametrize(
    ("name", "value", "where", "message"),
    [
        ("TURBO_YAML__TEMPRATURE", "1", "environment:1:13", "`temprature` is not a setting"),
        ("TURBO_YAML__LIMITS__OUTPTU", "1", "environment:1:21", "`limits.outptu` is not a setting"),
        (
            "TURBO_YAML__TEMPERATURE",
            "hot",
            "environment:1:25",
            "`temperature` is the text `hot`; it takes a number from 0 to 2",
        ),
        ("TURBO_YAML__STOP", "[a, 5]", "environment:1:22", "`stop[1]` is the number 5; it takes text"),
        ("TURBO_YAML__", "1", "environment:1:13", "`TURBO_YAML__` names no setting"),
        ("TURBO_YAML__LIMITS__", "1", "environment:1:13", "`TURBO_YAML__LIMITS__` names no setting"),
    ],
)
def test_a_mistake_in_a_variable_shows_the_variable(name: str, value: str, where: str, message: str) -> None:
    _, (found,) = environment_layer({name: value})
    assert (found.where(), found.message) == (where, message)
    assert found.source.text == f"{name}={value}"


def test_a_setting_from_the_environment_has_the_variable_as_its_place() -> None:
    layer, _ = environment_layer({"TURBO_YAML__LIMITS__OUTPUT": "5"})
    patch = inside(layer.patch, "limits", "output") if layer else None
    assert patch is not None and patch.trail == (Place("TURBO_YAML__LIMITS__OUTPUT"),)


# Flags -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (model_layer("openai/gpt-4o"), {"model": "openai/gpt-4o"}),
        (model_layer("4"), {"model": "4"}),
        (option_layer("temperature", "0"), {"temperature": 0}),
        (option_layer("timeout", "30"), {"timeout": 30.0}),
        (option_layer("timeout", "500ms"), {"timeout": 0.5}),
        (option_layer("stop", "no"), {"stop": ["no"]}),
        (option_layer("stop", "[no way, 'yes']"), {"stop": ["no way", "yes"]}),
        (option_layer("user", "null"), {"user": None}),
        (option_layer("cache", "on"), {"cache": "on"}),
        (option_layer("extra.top_k", "5"), {"extra": {"top_k": 5}}),
        (option_layer("extra.name", "'5'"), {"extra": {"name": "5"}}),
        (assignment_layer("limits.output=5"), {"limits": {"output": 5}}),
        (assignment_layer("steps.draft.model=a=b"), {"steps": {"draft": {"model": "a=b"}}}),
        (assignment_layer("model="), {"model": ""}),
        (assignment_layer("seed="), {"seed": None}),
        (assignment_layer("x-a.b={c: 1}"), {"x-a": {"b": {"c": 1}}}),
    ],
)
def test_a_flag_is_read_by_the_type_of_the_setting(read: Any, expected: Any) -> None:
    assert values(read) == expected


@pytest.mark.parametrize(
    ("read", "shown", "pointed", "message"),
    [
        (option_layer("temprature", "1"), "-o temprature 1", "temprature", "`temprature` is not a setting"),
        (
            option_layer("temperature", "hot"),
            "-o temperature hot",
            "hot",
            "`temperature` is the text `hot`; it takes a number from 0 to 2",
        ),
        (
            option_layer("extra.x", "yes"),
            "-o extra.x yes",
            "yes",
            "`yes` is `true` in YAML 1.1 and text in YAML 1.2",
        ),
        (
            assignment_layer("limits.outptu=1"),
            "--set limits.outptu=1",
            "outptu",
            "`limits.outptu` is not a setting",
        ),
        (
            assignment_layer("temperature"),
            "--set temperature",
            "temperature",
            "`--set` takes a setting and its value",
        ),
        (assignment_layer("=5"), "--set =5", "=5", "`--set` takes a setting and its value"),
        (assignment_layer("a..b=5"), "--set a..b=5", "a..b", "`--set a..b` names no setting"),
        (assignment_layer("stop=[a"), "--set stop=[a", "[", "the `[` that opens here is not closed"),
        (
            assignment_layer("stop=[a, 5]"),
            "--set stop=[a, 5]",
            "5",
            "`stop[1]` is the number 5; it takes text",
        ),
    ],
)
def test_a_mistake_in_a_flag_shows_the_flag(read: Any, shown: str, pointed: str, message: str) -> None:
    _, (found,) = read
    assert found.source.name == "command line" and found.source.text == shown
    assert found.source.text[slice(*found.span)] == pointed
    assert found.message == message


@pytest.mark.parametrize("text", ["model=!env M", "model=!reset", "temperature=!env M", "stop=!env [A, b]"])
def test_tags_count_on_the_command_line(text: str) -> None:
    layer, found = assignment_layer(text)
    assert layer is not None and not found
    assert "!" not in str(apply(layer.patch, {"model": "a"}))


def test_a_settings_file_of_the_command_line_stands_with_the_flags_in_order(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("model: file\nprofiles: {p: {user: u}}\n")
    flag, _ = model_layer("flag")
    file, found = settings_layer(path)
    assert flag is not None and file is not None and not found
    assert Settings.built_in({}).with_layers([flag, file]).values["model"] == "file"
    assert Settings.built_in({}).with_layers([file, flag]).with_profiles(["p"]).given == {
        "model": "flag",
        "user": "u",
    }


def test_a_settings_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    layer, (found,) = settings_layer(tmp_path / "no.yaml")
    assert layer is None and found.rule == "unreadable-file"
