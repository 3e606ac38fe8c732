"""The account of a setting names every layer that touched it, where, and which one won."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.writing import layer, stack
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.explain import explain, explained_data, explained_text
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.options import option_layer
from turbo_yaml.settings.patch import MISSING, Place, merge_of
from turbo_yaml.settings.sources import environment_layer


def everything() -> Settings:
    from_environment, _ = environment_layer({"TURBO_YAML__TEMPERATURE": "0.3"})
    from_flag, _ = option_layer("temperature", "0.2")
    assert from_environment is not None and from_flag is not None
    return (
        stack(
            layer("temperature: 0.7\nstop: [a]\nlimits: {output: 5}", LayerKind.USER_FILE, "~/settings.yaml"),
            layer(
                "temperature: !reset\nstop: !append [b]\nprofiles:\n  cheap: {temperature: 0, model: nano}\n",
                LayerKind.PROJECT_FILE,
                "turbo.yaml",
            ),
            layer(
                "model: !env MODEL\nlimits: !override {rounds: 9}\nextra: {a: 1}", LayerKind.FLOW, "flow.yaml"
            ),
            from_environment,
            from_flag,
            MODEL="echo",
        )
        .with_profiles(["cheap"])
        .configured({"extra": {"b": [1]}, "allow": ["env:MODEL"]})
    )


def test_the_text_form_shows_each_layer_on_a_line_and_a_star_before_the_winners() -> None:
    text = "".join(
        explained_text(explain(everything(), key))
        for key in (
            "temperature",
            "model",
            "stop",
            "extra",
            "limits.output",
            "limits.rounds",
            "timeout",
            "seed",
        )
    )
    assert (
        text
        == """\
temperature: 0.2
    user file      ~/settings.yaml:1:14     0.7
    project file   turbo.yaml:1:14          !reset
    profile cheap  turbo.yaml:4:24          0
    environment    TURBO_YAML__TEMPERATURE  0.3
  * command line   -o temperature           0.2
model: "echo"
    profile cheap  turbo.yaml:4:34  "nano"
  * flow           flow.yaml:1:8    "!env MODEL"
stop: ["a", "b"]
  * user file     ~/settings.yaml:2:7  ["a"]
  * project file  turbo.yaml:2:7       !append ["b"]
extra.a: 1
  * flow  flow.yaml:3:12  1
extra.b: [1]
  * configure    [1]
limits.output: 5
    built-in                         1000000
  * user file  ~/settings.yaml:3:18  5
    flow       flow.yaml:2:9         !override
limits.rounds: 9
    built-in                  1000000
    flow      flow.yaml:2:9   !override
  * flow      flow.yaml:2:28  9
timeout: 600.0
  * built-in    600.0
seed: (no value)
"""
    )


def test_the_data_form_is_json_with_a_place_for_each_layer() -> None:
    data = explained_data(explain(everything(), "temperature"))
    assert json.loads(json.dumps(data)) == data
    assert data == [
        {
            "key": "temperature",
            "value": 0.2,
            "layers": [
                {
                    "layer": "user file",
                    "place": "~/settings.yaml:1:14",
                    "action": "set",
                    "value": 0.7,
                    "won": False,
                },
                {"layer": "project file", "place": "turbo.yaml:1:14", "action": "reset", "won": False},
                {
                    "layer": "profile cheap",
                    "place": "turbo.yaml:4:24",
                    "action": "set",
                    "value": 0,
                    "won": False,
                },
                {
                    "layer": "environment",
                    "place": "TURBO_YAML__TEMPERATURE",
                    "action": "set",
                    "value": 0.3,
                    "won": False,
                },
                {
                    "layer": "command line",
                    "place": "-o temperature",
                    "action": "set",
                    "value": 0.2,
                    "won": True,
                },
            ],
        }
    ]


def test_without_a_key_every_setting_with_a_value_is_told_and_no_profile_that_is_only_defined() -> None:
    keys = [
        account.key
        for account in explain(stack(layer("model: m\nprofiles: {p: {user: u}}\nsteps: {s: {seed: 1}}")))
    ]
    assert "model" in keys and "limits.output" in keys and "steps.s.seed" in keys
    assert not [key for key in keys if key.startswith("profiles") or key == "user"]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("temprature", "did you mean `temperature`?"),
        ("limits.outptu", "did you mean `output`?"),
        ("model.deep", None),
        ("", "`turbo-yaml settings list` shows every setting"),
    ],
)
def test_a_key_that_is_no_setting_is_an_error(key: str, hint: str | None) -> None:
    with pytest.raises(UsageError, match="is not a setting") as caught:
        explain(Settings.built_in({}), key)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "key", ["seed", "providers", "providers.a.base_url", "steps.draft.seed", "extra.any.thing", "x-a"]
)
def test_a_setting_that_nobody_touched_has_an_account_without_layers(key: str) -> None:
    (account,) = explain(Settings.built_in({}), key)
    assert (account.key, account.value, account.touches) == (key, MISSING, ())


def test_a_setting_of_the_hosts_own_is_told_like_any_other() -> None:
    (account,) = explain(Settings.built_in({}).configured({"setting1": object()}, strict=False), "setting1")
    assert account.value == "<object>" and account.touches[0].won


def test_a_variable_that_is_not_set_is_told_and_not_an_error() -> None:
    accounts = explain(stack(layer("model: !env V\nproviders: {a: {base_url: !env W}}")))
    assert {account.key: account.value for account in accounts}["model"] == "!env V"


def test_a_map_that_was_only_forgotten_is_told() -> None:
    (account,) = explain(stack(layer("seed: !reset")), "seed")
    assert account.value is MISSING
    assert [(touch.action, touch.won) for touch in account.touches] == [("reset", False)]


VALUES = st.dictionaries(
    st.sampled_from(["model", "user", "extra"]), st.sampled_from(["a", "b"]), max_size=3
).map(lambda values: values | ({"extra": {values["extra"]: 1}} if "extra" in values else {}))


@given(st.lists(st.tuples(st.sampled_from([k for k in LayerKind if k not in (0, 3, 5)]), VALUES), max_size=5))
def test_the_account_agrees_with_the_values_and_names_a_winner(
    pieces: list[tuple[LayerKind, dict[str, object]]],
) -> None:
    settings = stack(
        *(Layer(kind, kind.name, merge_of(values, (Place(kind.name),))) for kind, values in pieces)
    )
    flat = {
        f"{key}.{inner}" if isinstance(value, dict) else key: below
        for key, value in settings.values.items()
        for inner, below in (value.items() if isinstance(value, dict) else [("", value)])
    }
    assert {account.key: account.value for account in explain(settings)} == flat
    assert all(any(touch.won for touch in account.touches) for account in explain(settings))
