"""What a flow reads of the environment is the operator's to allow; the operator reads what he likes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import turbo_yaml
from tests.settings.writing import layer, stack
from turbo_yaml.compiler.edge import check
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.explain import explain
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import from_data, to_data

VALUE = "planted-value"
OPERATORS = [kind for kind in LayerKind if kind not in (LayerKind.BUILT_IN, LayerKind.FLOW, LayerKind.STEP)]


def flow(text: str) -> Layer:
    """Return the settings of a flow as they come out of the store of compiled flows."""
    written = layer(text, LayerKind.FLOW, "flow.yaml")
    return written._replace(patch=from_data(to_data(written.patch), "flow.yaml"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("user: !env V", "1:7"),
        ("user: !env [V, nobody]", "1:7"),
        ("stop: [a, !env V]", "1:11"),
        ("stop: !append [!env V]", "1:16"),
        ("extra: {deep: {er: !env V}}", "1:20"),
    ],
)
@pytest.mark.parametrize("environ", [{"V": VALUE}, {}])
def test_a_flow_reads_no_variable_and_learns_not_even_whether_it_is_set(
    text: str, place: str, environ: dict[str, str]
) -> None:
    with pytest.raises(UsageError) as caught:
        _ = stack(flow(text), **environ).values
    told = f"flow.yaml:{place}: the flow reads the environment variable `V`, which is not allowed"
    assert caught.value.message == told
    assert caught.value.hint == "to let flows read it: `--allow env:V`, or `allow` in `turbo.yaml`"


@pytest.mark.parametrize("kind", OPERATORS)
def test_whoever_runs_the_flow_may_allow_it_in_any_layer(kind: LayerKind) -> None:
    settings = stack(flow("user: !env V"), layer('allow: ["http:a.example", "env:V"]', kind), V=VALUE)
    assert settings.values["user"] == settings.for_step("any", {"seed": 1})["user"] == VALUE


def test_another_name_allows_nothing() -> None:
    operator = layer('allow: ["env:W", "env:VV", "secret:V@a.example"]')
    with pytest.raises(UsageError, match="`V`, which is not allowed"):
        _ = stack(flow("user: !env V"), operator, V=VALUE, W=VALUE).values


@pytest.mark.parametrize("kind", OPERATORS)
def test_the_layers_of_the_operator_read_what_they_like(kind: LayerKind) -> None:
    assert stack(layer("user: !env V", kind), V=VALUE).values["user"] == VALUE


def test_what_a_stronger_layer_covers_needs_no_leave() -> None:
    operator = layer("user: somebody", LayerKind.COMMAND_LINE)
    assert stack(flow("user: !env V"), operator).values["user"] == "somebody"


def test_a_profile_and_a_step_of_a_flow_read_nothing_either() -> None:
    profiles = layer("profiles: {p: {user: x}}", name="turbo.yaml")
    own = flow("steps: {draft: {user: !env V}}")
    stepwise = stack(own, profiles, V=VALUE)
    with pytest.raises(UsageError, match="not allowed"):
        stepwise.for_step("draft")
    by_profile = stack(
        Layer(LayerKind.FLOW, "flow.yaml", flow("{}").patch, {"p": flow("user: !env V").patch})
    )
    assert by_profile.values.get("user") is None
    with pytest.raises(UsageError, match="not allowed"):
        _ = by_profile.with_profiles(["p"]).values


def test_an_account_of_the_settings_does_not_show_it() -> None:
    told = str(explain(stack(flow("user: !env V\nstop: [!env V]"), V=VALUE)))
    assert VALUE not in told and "!env V" in told


def test_a_flow_that_another_one_uses_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("V", VALUE)
    part = "turbo: 1\nsettings: {model: script, script: [!env V]}\nsteps: [{user: hi}, generate]\n"
    (tmp_path / "part.yaml").write_text(part)
    whole = tmp_path / "whole.yaml"
    whole.write_text("turbo: 1\nuse: {part: ./part.yaml}\nsteps: [{include: part}]\n")
    refused = turbo_yaml.load(whole)
    with pytest.raises(turbo_yaml.TurboError) as caught:
        asyncio.run(refused().run())
    assert "part.yaml:2:36" in str(caught.value) and VALUE not in str(caught.value)
    allowed = turbo_yaml.load(whole).configure({"allow": ["env:V"]})
    assert asyncio.run(allowed().run()).content == VALUE


def test_the_check_finds_it_unless_the_project_allows_it(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(
        "turbo: 1\nsettings: {user: !env V, stop: [!env W]}\nprofiles: {p: {model: !env [X, echo]}}\n"
        "flows: {part: {settings: {user: !env Y}, steps: [{user: hi}, generate]}}\nsteps: [{call: part}]\n"
    )

    def told() -> list[tuple[str, str, str]]:
        found = check(path)
        return [(one.rule, one.severity, one.source.text[one.span.start : one.span.end]) for one in found]

    rule = ("unallowed-variable", "error")
    assert told() == [(*rule, "!env V"), (*rule, "!env W"), (*rule, "!env [X"), (*rule, "!env Y")]
    (tmp_path / "turbo.yaml").write_text('allow: ["env:V", "env:X", "env:Y"]\nmodel: !env NOT_SET\n')
    assert told() == [(*rule, "!env W")]
    (tmp_path / "turbo.yaml").write_text("allow: [!env WHAT_IS_ALLOWED]\n")
    assert told() == []
