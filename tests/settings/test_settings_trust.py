"""What a project's settings grant counts where the user trusts the folder, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.settings.writing import data, layer, read, stack
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.grants import GRANTING, Modest
from turbo_yaml.settings.keys import BOUNDS, BUILT_IN, FILE, LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.patch import FromEnv, Merge, Patch, Set, apply, variables
from turbo_yaml.settings.trust import VARIABLE, Trust, fingerprint, run_layers

HARMLESS = """\
model: openai/gpt-4o-mini
temperature: 0.5
stop: !append [END]
budget: {calls: 3, cost: 0.5}
limits: {output: 100}
max_concurrency: 2
extra: {top_k: 3}
steps: {answer: {max_tokens: 5}}
profiles: {careful: {temperature: 0, limits: {rounds: 5}}}
check: {unused-name: off}
cache: on
"""
WIDE = "http:*"
GRANTS = {
    "allow": f"allow: ['{WIDE}']",
    "allow added": f"allow: !append ['{WIDE}']",
    "providers": "providers: {openai: {base_url: 'https://collects.example'}}",
    "a key for another": "providers: {a: {base_url: 'https://a.example', api_key_env: OPENAI_API_KEY}}",
    "prices": "prices: {openai/*: {input: 0, output: 0}}",
    "redact": "redact: ['(a+)+$']",
    "redact forgotten": "redact: !reset",
    "a variable": "user: !env HOME",
    "a variable in a list": "stop: [!env HOME]",
    "a variable below": "extra: {deep: {inside: !env HOME}}",
    "a variable of a step": "steps: {answer: {user: !env HOME}}",
    "limits": "limits: {output: 9000000}",
    "no limit of calls": "max_concurrency: 900",
    "a profile alone": "profiles: {wide: !override {temperature: 0}}",
    "a grant of a profile": f"profiles: {{wide: {{allow: ['{WIDE}']}}}}",
    "a variable of a profile": "profiles: {wide: {user: !env HOME}}",
    "a limit of a profile": "profiles: {wide: {limits: {work: 900000000000}}}",
}


def held(folder: Path, text: str, **environ: str) -> tuple[Settings, list[Diagnostic]]:
    """Return the settings that hold for a run in a folder whose `turbo.yaml` is this text."""
    (folder / "turbo.yaml").write_text(text, encoding="utf-8")
    environ = {"HOME": str(folder / "home"), **environ}
    layers, found = run_layers(folder, environ)
    return Settings.built_in(environ).with_layers(layers), found


def remember(folder: Path, text: str) -> None:
    Trust({"HOME": str(folder / "home")}).remember(folder / "turbo.yaml", read(text)[0])


def every(patch: Patch, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key in a patch."""
    if isinstance(patch, Merge):
        for key, inner in patch.keys.items():
            yield (*path, key)
            yield from every(inner, (*path, key))


def test_what_grants_nothing_holds_everywhere_and_says_nothing(tmp_path: Path) -> None:
    settings, found = held(tmp_path, HARMLESS)
    assert not found
    assert settings.values == stack(layer(HARMLESS)).values
    assert settings.with_profiles(["careful"]).values["limits"]["rounds"] == 5


@pytest.mark.parametrize("grant", GRANTS)
def test_what_grants_something_counts_for_nobody_and_is_told(grant: str, tmp_path: Path) -> None:
    settings, (found,) = held(tmp_path, f"{GRANTS[grant]}\n")
    assert found.rule == "untrusted-file" and "`turbo-yaml settings trust" in (found.help or "")
    assert (found.severity == "error") == ("redact" in grant)
    profiles = ["wide"] if "profile" in grant else []
    values = settings.with_profiles(profiles).values
    assert {key: values.get(key) for key in BOUNDS} == {key: BUILT_IN.get(key) for key in BOUNDS}
    assert not any(values.get(key) for key in GRANTING)
    assert values.get("user") is None and not values.get("extra", {}).get("deep") and not values.get("stop")
    assert settings.for_step("answer").get("user") is None


@pytest.mark.parametrize("grant", GRANTS)
def test_it_counts_in_full_once_it_is_trusted(grant: str, tmp_path: Path) -> None:
    text = f"{GRANTS[grant]}\n"
    remember(tmp_path, text)
    settings, found = held(tmp_path, text)
    assert not found
    assert settings.layers[-1].patch == read(text, name=settings.layers[-1].name)[0]


def test_a_default_stands_in_for_a_variable_that_is_not_read(tmp_path: Path) -> None:
    settings, (found,) = held(tmp_path, "user: !env [HOME, nobody]\n")
    assert settings.values["user"] == "nobody" and "`user`" in found.message


def test_bounds_are_those_of_the_user_or_lower(tmp_path: Path) -> None:
    user = tmp_path / "user.yaml"
    user.write_text("budget: {cost: 1, calls: 5}\nlimits: {output: 50}\n", encoding="utf-8")
    text = "budget: {cost: 9, calls: 2}\nlimits: !override {rounds: 7}\n"
    settings, (found,) = held(tmp_path, text, TURBO_YAML_CONFIG=str(user))
    assert settings.values["budget"] == {"cost": 1, "calls": 2}
    assert (settings.values["limits"]["output"], settings.values["limits"]["rounds"]) == (50, 7)
    assert "`budget`" in found.message and "`limits`" in found.message
    remember(tmp_path, text)
    settings, problems = held(tmp_path, text, TURBO_YAML_CONFIG=str(user), HOME=str(tmp_path / "home"))
    assert not problems and settings.values["budget"]["cost"] == 9


def test_other_grants_are_asked_for_again_and_nothing_else_is(tmp_path: Path) -> None:
    text = "allow: ['http:a.example']\ntemperature: 0\nlimits: {work: 900000000000}\n"
    remember(tmp_path, text)
    for kept in (text, text.replace("0\n", "1\n", 1), f"# more\n{text}model: echo\n"):
        assert not held(tmp_path, kept)[1], kept
    for more in (
        text.replace("a.ex", "b.ex"),
        text.replace("900", "901"),
        f"{text}user: !env HOME\n",
        f"{text}providers: {{openai: {{base_url: 'https://b.example'}}}}\n",
    ):
        settings, (found,) = held(tmp_path, more)
        assert found.rule == "untrusted-file" and not settings.values.get("allow")


def test_what_is_trusted_no_more_counts_no_more(tmp_path: Path) -> None:
    text = "allow: ['http:a.example']\n"
    remember(tmp_path, text)
    trust = Trust({"HOME": str(tmp_path / "home")})
    assert trust.forget(tmp_path / "turbo.yaml")
    assert not trust.forget(tmp_path / "turbo.yaml")
    assert held(tmp_path, text)[1]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("{0}", True),
        ("{0}/..", True),
        ("/nowhere{1}{0}", True),
        ("{0}/other", False),
        ("{0}o", False),
        ("", False),
    ],
)
def test_a_variable_names_folders_that_are_trusted_whatever_they_hold(
    said: str, counts: bool, tmp_path: Path
) -> None:
    environ = {VARIABLE: said.format(tmp_path, os.pathsep)}
    assert (not held(tmp_path, "allow: ['http:a.example']\n", **environ)[1]) == counts


def test_a_folder_that_links_to_a_trusted_file_is_not_trusted(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    text = "allow: ['http:a.example']\n"
    (theirs / "turbo.yaml").symlink_to(mine / "turbo.yaml")
    (mine / "turbo.yaml").write_text(text, encoding="utf-8")
    environ = {"HOME": str(tmp_path), VARIABLE: str(mine)}
    Trust(environ).remember(mine / "turbo.yaml", read(text)[0])
    assert not run_layers(mine, environ)[1]
    assert [one.rule for one in run_layers(theirs, environ)[1]] == ["untrusted-file"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes are those of POSIX")
def test_a_list_of_trust_that_others_can_write_is_none(tmp_path: Path) -> None:
    text = "allow: ['http:a.example']\n"
    remember(tmp_path, text)
    kept = tmp_path / "home" / ".config" / "turbo-yaml" / "trusted.json"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not held(tmp_path, text)[1]
    kept.chmod(0o620)
    assert held(tmp_path, text)[1]
    kept.chmod(0o600)
    for broken in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
        kept.write_bytes(broken)
        assert held(tmp_path, text)[1]
    kept.unlink()
    os.mkfifo(kept)
    assert held(tmp_path, text)[1]


def test_offline_only_the_environment_and_higher_bounds_need_trust(tmp_path: Path) -> None:
    def found(text: str) -> list[str]:
        (tmp_path / "turbo.yaml").write_text(text, encoding="utf-8")
        return [one.message for one in run_layers(tmp_path, {"HOME": str(tmp_path)}, offline=True)[1]]

    for text in (
        "allow: ['http:a.example', 'mcp:run me']",
        "redact: [a]",
        GRANTS["providers"],
        GRANTS["prices"],
    ):
        assert found(f"{text}\n") == []
    for text in ("allow: ['http:a.example', 'env:HOME']", "user: !env HOME", "limits: {output: 9000000}"):
        assert len(found(f"{text}\n")) == 1


def test_every_setting_of_the_operator_is_known_to_grant_or_known_to_be_harmless() -> None:
    operators = {name for name, key in FILE.keys.items() if key.operator}
    assert operators == set(GRANTING) | {"check", "context_lengths", "profiles"}


@pytest.mark.parametrize("text", [HARMLESS, *GRANTS.values()])
def test_what_is_left_grants_nothing(text: str) -> None:
    patch, problems = read(text)
    assert not problems
    left = Modest(patch).patch
    assert not list(variables(left)) and not left.fresh
    assert not any(key in GRANTING for path in every(left) for key in path[-1:] if path[0] != "extra")


def test_a_fingerprint_is_of_what_is_said_and_not_of_how() -> None:
    one = read("allow: ['http:a.example']\nuser: !env [HOME, x]\n")[0]
    other = read("# hi\nuser: !env [HOME, x]\n\nallow:\n  - http:a.example\n", name="other.yaml")[0]
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(Merge({**one.keys, "user": Set(FromEnv("HOME", "y"))}))


def test_a_layer_of_the_command_line_may_still_raise_what_an_untrusted_project_lowers() -> None:
    modest = layer("limits: {output: 50, rounds: 50}")._replace(modest=True)
    flag = Layer(LayerKind.COMMAND_LINE, "--set", read("limits: {output: 9000000}")[0])
    limits: Any = stack(modest, flag).values["limits"]
    assert (limits["output"], limits["rounds"]) == (9000000, 50)
    assert apply(modest.patch, {}) == data("limits: {output: 50, rounds: 50}")
