"""Layers add up by kind, nothing is lost and nothing can be changed."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.writing import layer, stack
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keys import BUILT_IN, LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.options import option_layer
from turbo_yaml.settings.patch import Merge, apply, merge_of

SETTABLE = [kind for kind in LayerKind if kind not in (LayerKind.BUILT_IN, LayerKind.PROFILE, LayerKind.STEP)]
NAMES = st.sampled_from(["model", "user", "provider"])
SOME = st.dictionaries(NAMES, st.sampled_from(["a", "b", "c"]), max_size=2)


def test_without_any_layer_the_built_in_values_hold() -> None:
    assert Settings.built_in({}).values == BUILT_IN
    assert Settings.built_in({}).given == {}


@pytest.mark.parametrize(("weak", "strong"), list(itertools.combinations(SETTABLE, 2)))
def test_a_stronger_kind_wins_whenever_it_was_added(weak: LayerKind, strong: LayerKind) -> None:
    layers = [layer("model: weak", weak), layer("model: strong", strong)]
    for order in (layers, layers[::-1]):
        assert stack(*order).values["model"] == "strong"


def test_of_one_kind_the_later_layer_wins() -> None:
    flow, included = layer("model: a", LayerKind.FLOW), layer("model: b", LayerKind.FLOW)
    assert stack(flow, included).values["model"] == "b"
    assert stack(included, flow).values["model"] == "a"


def test_maps_join_and_scalars_and_lists_replace() -> None:
    user = layer("limits: {output: 5, rounds: 6}\nstop: [a, b]\nextra: {x: {y: 1}}", LayerKind.USER_FILE)
    flow = layer("limits: {rounds: 3}\nstop: [c]\nextra: {x: {z: 2}}", LayerKind.FLOW)
    values = stack(user, flow).values
    assert (values["limits"]["output"], values["limits"]["rounds"]) == (5, 3)
    assert values["stop"] == ["c"]
    assert values["extra"] == {"x": {"y": 1, "z": 2}}


def test_null_is_a_value_that_covers_a_weaker_one() -> None:
    settings = stack(
        layer("temperature: 1\ntimeout: 5s"), layer("temperature: null\ntimeout: null", LayerKind.FLOW)
    )
    assert settings.values["temperature"] is None
    assert settings.values["timeout"] is None


def test_tags_act_on_all_weaker_layers() -> None:
    user = layer("stop: [m]\nlimits: {output: 5, rounds: 6}\ntimeout: 1s\nextra: {a: 1}", LayerKind.USER_FILE)
    project = layer("stop: !append [z]\nlimits: {rounds: 7}")
    flow = layer(
        "stop: !prepend [a]\nlimits: !override {depth: 9}\ntimeout: !reset\nextra: !reset",
        LayerKind.ENVIRONMENT,
    )
    values = stack(user, project, flow).values
    assert values["stop"] == ["a", "m", "z"]
    assert values["limits"] == BUILT_IN["limits"] | {"depth": 9}
    assert values["timeout"] == BUILT_IN["timeout"]
    assert "extra" not in values


# Profiles ----------------------------------------------------------------------------------------------


def test_a_profile_stands_between_the_project_and_the_flow() -> None:
    project = layer("model: project\nuser: project\nprofiles: {p: {model: profile, user: profile}}")
    flow = layer("user: flow", LayerKind.FLOW)
    settings = stack(project, flow)
    assert settings.values["model"] == "project"
    chosen = settings.with_profiles(["p"]).values
    assert (chosen["model"], chosen["user"]) == ("profile", "flow")


def test_all_definitions_of_a_profile_join_from_the_users_to_the_flows() -> None:
    layers = [
        layer("profiles: {p: {model: a, user: a, provider: a}}", LayerKind.USER_FILE),
        layer("profiles: {p: {user: b, provider: b}}"),
        Layer(LayerKind.FLOW, "flow.yaml", Merge({}), {"p": merge_of({"provider": "c"})}),
    ]
    assert stack(*layers[::-1]).with_profiles(["p"]).given == {"model": "a", "user": "b", "provider": "c"}


def test_of_two_chosen_profiles_the_later_is_stronger() -> None:
    project = layer("profiles: {p: {model: p, user: p}, q: {model: q}}")
    assert stack(project).with_profiles(["p"]).with_profiles(["q"]).given == {"model": "q", "user": "p"}


def test_a_profile_that_nobody_defines_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="no profile is called `chaep`") as caught:
        _ = stack(layer("profiles: {cheap: {}}")).with_profiles(["chaep"]).values
    assert caught.value.hint == "did you mean `cheap`?"


# configure ---------------------------------------------------------------------------------------------


@given(st.lists(SOME, max_size=4))
def test_configure_never_loses_a_setting_and_changes_nothing_that_was(calls: list[dict[str, str]]) -> None:
    settings, expected = Settings.built_in({}), {}
    for call in calls:
        before, given_before = settings, dict(settings.given)
        settings = settings.configured(call)
        expected |= call
        assert before.given == given_before
    assert settings.given == expected


def test_configure_keeps_no_hold_of_what_it_was_given() -> None:
    values: dict[str, Any] = {"stop": ["a"], "extra": {"b": [1]}}
    settings = Settings.built_in({}).configured(values)
    values["stop"].append("c")
    values["extra"]["b"].append(2)
    assert settings.given == {"stop": ["a"], "extra": {"b": [1]}}


def test_configure_types_what_it_is_given() -> None:
    settings = Settings.built_in({}).configured({"timeout": "30s", "stop": ("a", "b"), "logit_bias": {5: 1}})
    assert settings.given == {"timeout": 30.0, "stop": ["a", "b"], "logit_bias": {"5": 1}}


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"temprature": 1}, "`temprature` is not a setting", "did you mean `temperature`?"),
        ({"temperature": "hot"}, "`temperature` is the text `hot`; it takes a number from 0 to 2", None),
        ({"limits": {"outptu": 1}}, "`limits.outptu` is not a setting", "did you mean `output`?"),
        (
            {"temprature": 1, "modl": 2},
            "`temprature` is not a setting (and 1 more)",
            "did you mean `temperature`?",
        ),
        ({5: 1}, "a key is the number 5; keys are text", None),
        ({"limits": {None: 1}}, "a key of `limits` is null; keys are text", None),
    ],
)
def test_configure_refuses_what_is_no_setting(values: Any, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        Settings.built_in({}).configured(values)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_function_may_have_settings_of_its_own_which_are_kept_and_joined() -> None:
    marker = object()
    settings = Settings.built_in({}).configured(
        {"setting1": "value1", "mine": {"a": 1, 2: marker}}, strict=False
    )
    settings = settings.configured({"setting2": (1, 2), "mine": {"b": 2}, "timeout": "5s"}, strict=False)
    assert settings.given == {
        "setting1": "value1",
        "mine": {"a": 1, 2: marker, "b": 2},
        "setting2": (1, 2),
        "timeout": 5.0,
    }


@pytest.mark.parametrize("values", [{"temperature": "hot"}, {"limits": {"own": 1}}])
def test_the_settings_that_are_known_are_checked_for_every_function(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Settings.built_in({}).configured(values, strict=False)


# Values cannot be changed ------------------------------------------------------------------------------


def mutations(values: Any) -> list[Any]:
    return [
        lambda: values.__setitem__("model", "x"),
        lambda: values.update(model="x"),
        lambda: values.pop("model"),
        lambda: values.popitem(),
        lambda: values.clear(),
        lambda: values.setdefault("new", 1),
        lambda: values.__delitem__("model"),
        lambda: values.__ior__({"model": "x"}),
        lambda: values["stop"].append("x"),
        lambda: values["stop"].__setitem__(0, "x"),
        lambda: values["stop"].__iadd__(["x"]),
        lambda: values["stop"].sort(),
        lambda: values["extra"]["a"][0].__setitem__("b", 2),
    ]


@pytest.mark.parametrize("number", range(13))
def test_values_refuse_every_change_at_every_depth(number: int) -> None:
    settings = stack(layer("model: m\nstop: [a]\nextra: {a: [{b: 1}]}"))
    before = copy.deepcopy(settings.values)
    with pytest.raises(TypeError, match="settings cannot be changed"):
        mutations(settings.values)[number]()
    assert settings.values == before


def test_values_are_plain_to_whoever_reads_copies_or_sends_them() -> None:
    values = stack(layer("model: m\nstop: [a]\nextra: {a: [{b: 1}]}")).values
    for plain in (copy.deepcopy(values), json.loads(json.dumps(values)), pickle.loads(pickle.dumps(values))):
        assert plain == values
        plain["extra"]["a"][0]["b"] = 2
        plain["stop"].append("b")
    assert type(copy.copy(values)) is dict and type(values | {}) is dict
    assert type(copy.copy(values["stop"])) is list
    assert values["extra"] == {"a": [{"b": 1}]} and values["stop"] == ["a"]


def test_values_are_added_up_once() -> None:
    settings = stack(layer("model: m"))
    assert settings.values is settings.values is settings.for_step() is settings.for_step("any")


# Variables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("model: !env V", {"V": "echo"}, {"model": "echo"}),
        ("model: !env V", {"V": "4"}, {"model": "4"}),
        ("model: !env V", {"V": "!env V"}, {"model": "!env V"}),
        ("model: !env [V, echo]", {}, {"model": "echo"}),
        ("model: !env [V, echo]", {"V": ""}, {"model": "echo"}),
        ("temperature: !env V", {"V": "0.5"}, {"temperature": 0.5}),
        ("timeout: !env [V, 5s]", {}, {"timeout": 5.0}),
        ("timeout: !env V", {"V": "2m"}, {"timeout": 120.0}),
        ("cache: !env V", {"V": "off"}, {"cache": "off"}),
        ("stop: !env V", {"V": "no"}, {"stop": ["no"]}),
        ("stop: !env V", {"V": "[a, b]"}, {"stop": ["a", "b"]}),
        ("stop: [!env V, b]", {"V": "a"}, {"stop": ["a", "b"]}),
        ("stop: !append [!env V]", {"V": "a"}, {"stop": ["a"]}),
        ("seed: !env V", {"V": "null"}, {"seed": None}),
        ("extra: {n: !env V}", {"V": "5"}, {"extra": {"n": 5}}),
        ("extra: {n: !env V}", {"V": "{a: [1]}"}, {"extra": {"n": {"a": [1]}}}),
        ("extra: {n: !env [V, [1, {a: 2}]]}", {}, {"extra": {"n": [1, {"a": 2}]}}),
        (
            "providers: {a: {base_url: !env V}}",
            {"V": "http://x"},
            {"providers": {"a": {"base_url": "http://x"}}},
        ),
    ],
)
def test_a_variable_is_read_by_the_type_of_the_setting(
    text: str, environ: dict[str, str], expected: Any
) -> None:
    assert stack(layer(text), **environ).given == expected


@pytest.mark.parametrize("environ", [{}, {"V": ""}])
def test_a_missing_variable_is_an_error_that_names_the_place(environ: dict[str, str]) -> None:
    settings = stack(layer("user: x\nmodel: !env V", name="turbo.yaml"), **environ)
    with pytest.raises(UsageError) as caught:
        _ = settings.values
    assert (
        caught.value.message == "turbo.yaml:2:8: `model` is in the environment variable `V`, which is not set"
    )
    assert caught.value.hint == "set `V`, or write `!env [V, DEFAULT]`"


@pytest.mark.parametrize("text", ["hunter2", "[1, 2]", "{a: 1}", "!reset", "'", "yes"])
def test_a_variable_of_the_wrong_type_is_an_error_that_does_not_show_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        _ = stack(layer("temperature: !env V"), V=text).values
    assert (
        "`temperature` takes a number from 0 to 2; the environment variable `V` holds something else"
        in str(caught.value)
    )
    assert text not in str(caught.value).replace("`temperature`", "")


def test_a_missing_variable_does_not_matter_where_a_stronger_layer_covers_it() -> None:
    assert stack(layer("model: !env V"), layer("model: m", LayerKind.COMMAND_LINE)).values["model"] == "m"
    assert stack(layer("model: !env V")).for_step("a", {"model": "m"})["model"] == "m"


def test_a_missing_variable_of_a_provider_matters_only_when_it_is_asked_for() -> None:
    providers = stack(layer("providers: {a: {base_url: !env V}, b: {base_url: 'http://b'}}")).values[
        "providers"
    ]
    assert list(providers) == ["a", "b"] and "a" in providers
    assert providers["b"] == providers.get("b") == {"base_url": "http://b"}
    assert providers.get("c") is None
    for ask in (lambda: providers["a"], lambda: providers.get("a")):
        with pytest.raises(UsageError, match="is in the environment variable `V`"):
            ask()


def test_variables_are_looked_up_when_values_are_asked_for_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings.built_in().with_layer(layer("model: !env SOME_MODEL_OF_OURS"))
    monkeypatch.setenv("SOME_MODEL_OF_OURS", "later")
    assert settings.values["model"] == "later"


# Steps -------------------------------------------------------------------------------------------------


def turn(settings: Settings, id: str | None, own: dict[str, Any] | None = None) -> Any:
    return settings.for_step(id, own).get("user")


def test_a_step_is_addressed_by_its_id_and_no_other_step_is() -> None:
    settings = stack(layer("user: all\nsteps: {draft: {user: one}}"))
    assert (turn(settings, "draft"), turn(settings, "other"), turn(settings, None)) == ("one", "all", "all")
    assert "steps" not in settings.for_step("draft")


def test_an_address_is_stronger_than_any_setting_for_all() -> None:
    settings = stack(layer("steps: {draft: {user: one}}", LayerKind.USER_FILE)).configured({"user": "all"})
    assert turn(settings, "draft") == "one"


@pytest.mark.parametrize("kind", SETTABLE)
def test_a_steps_own_setting_yields_only_to_what_is_stronger_than_the_flow(kind: LayerKind) -> None:
    settings = stack(layer("steps: {draft: {user: address}}", kind))
    expected = "own" if kind <= LayerKind.FLOW else "address"
    assert turn(settings, "draft", {"user": "own"}) == expected


def test_a_step_may_name_a_profile_that_is_weaker_than_its_own_settings() -> None:
    settings = stack(layer("user: all\nprofiles: {p: {user: profile, model: profile}}"))
    values = settings.for_step(None, {"profile": "p", "user": "own"})
    assert (values["user"], values["model"]) == ("own", "profile")
    assert "profile" not in values
    with pytest.raises(UsageError, match="no profile is called `q`"):
        settings.for_step(None, {"profile": "q"})


def test_a_steps_own_maps_join_and_its_lists_replace() -> None:
    settings = stack(layer("extra: {a: 1}\nstop: [x]"))
    values = settings.for_step("s", {"extra": {"b": 2}, "stop": ["y"]})
    assert values["extra"] == {"a": 1, "b": 2} and values["stop"] == ["y"]
    assert settings.values["extra"] == {"a": 1}


def test_an_address_may_extend_and_forget() -> None:
    settings = stack(
        layer("stop: [x]\ntemperature: 1\nsteps: {s: {stop: !append [y], temperature: !reset }}"),
    )
    values = settings.for_step("s")
    assert values["stop"] == ["x", "y"] and "temperature" not in values


@pytest.mark.parametrize(
    "text", ["steps={s: !reset }", "steps={s: !override {seed: 5}}", "steps=!override {}", "steps=!reset "]
)
def test_a_strong_layer_may_forget_what_a_step_says_and_leave_what_holds_for_all(text: str) -> None:
    key, _, value = text.partition("=")
    strong, found = option_layer(key, value)
    assert strong is not None and not found
    settings = stack(layer("user: all\nsteps: {s: {user: one, seed: 4}}"), strong)
    assert turn(settings, "s", {"user": "own"}) == "all"
    assert settings.for_step("s").get("seed") == (5 if "seed" in text else None)


def test_the_addressed_steps_are_known_with_their_places() -> None:
    settings = stack(layer("steps:\n  a: {seed: 1}\n  b: {seed: 1}", name="turbo.yaml"))
    assert {name: str(place) for name, place in settings.steps.items()} == {
        "a": "turbo.yaml:2:6",
        "b": "turbo.yaml:3:6",
    }


@given(st.lists(st.tuples(st.sampled_from(SETTABLE), SOME), max_size=5), SOME, SOME)
def test_a_turn_is_the_layers_then_the_address_then_its_own(
    pieces: list[tuple[LayerKind, dict[str, str]]], address: dict[str, str], own: dict[str, str]
) -> None:
    layers = [Layer(kind, kind.name, merge_of(values)) for kind, values in pieces]
    layers.append(Layer(LayerKind.FLOW, "flow", merge_of({"steps": {"s": address}})))
    expected: dict[str, Any] = dict(BUILT_IN)
    for _, values in sorted(pieces, key=lambda piece: piece[0]):
        expected |= values
    assert stack(*layers).for_step("s", own) == expected | address | own
    assert apply(layers[-1].patch, {}) == {"steps": {"s": address}}
