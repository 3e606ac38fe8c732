"""Settings texts are read strictly: types, tags, names, each at its exact place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.writing import data, only, read, underlined
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.patch import Extend, FromEnv, Merge, Place, Set, Unset, apply, inside
from turbo_yaml.settings.reading import read_profiles
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml


def test_every_kind_of_value_is_read_by_the_type_of_its_key() -> None:
    text = """\
model: openai/gpt-4o-mini
temperature: 0
timeout: 1.5m
stop: END
max_tokens: 100
stream: false
cache: off
seed: null
logit_bias: {50256: -100}
limits: {output: 1e3}
extra: {anything: [1, {goes: true}]}
x-note: {free: yes please}
"""
    assert data(text) == {
        "model": "openai/gpt-4o-mini",
        "temperature": 0,
        "timeout": 90.0,
        "stop": ["END"],
        "max_tokens": 100,
        "stream": False,
        "cache": "off",
        "seed": None,
        "logit_bias": {"50256": -100},
        "limits": {"output": 1000},
        "extra": {"anything": [1, {"goes": True}]},
        "x-note": {"free": "yes please"},
    }


@pytest.mark.parametrize("text", ["null", "~", "{}"])
def test_a_file_that_sets_nothing_is_no_error(text: str) -> None:
    assert data(text) == {}


@pytest.mark.parametrize(
    ("text", "rule", "place", "words"),
    [
        (
            "temperature: hot",
            "wrong-type",
            "hot",
            "`temperature` is the text `hot`; it takes a number from 0 to 2",
        ),
        (
            "temperature: 3",
            "out-of-range",
            "3",
            "`temperature` is the number 3; it takes a number from 0 to 2",
        ),
        ("temperature: true", "wrong-type", "true", "`temperature` is `true`; it takes a number from 0 to 2"),
        (
            "max_tokens: 1.5",
            "wrong-type",
            "1.5",
            "`max_tokens` is the number 1.5; it takes a whole number, 1 or more",
        ),
        (
            "max_tokens: 0",
            "out-of-range",
            "0",
            "`max_tokens` is the number 0; it takes a whole number, 1 or more",
        ),
        ("model: 4", "wrong-type", "4", "`model` is the number 4; it takes text"),
        ("model:", "wrong-type", "", "`model` is null; it takes text"),
        ("stop: [a, 5]", "wrong-type", "5", "`stop[1]` is the number 5; it takes text"),
        ("stop: {a: 1}", "wrong-type", "{a: 1}", "`stop` is a map; it takes text or a list of them"),
        ("limits: 5", "wrong-type", "5", "`limits` is the number 5; it takes a map"),
        (
            "limits: {depth: 900}",
            "out-of-range",
            "900",
            "`limits.depth` is the number 900; it takes a whole number from 1 to 200",
        ),
        (
            "cache: maybe",
            "wrong-type",
            "maybe",
            "`cache` is the text `maybe`; it takes one of `off`, `read`, `write`, `on`",
        ),
        ("retries: null", "wrong-type", "null", "`retries` is null; it takes a whole number, 0 or more"),
        (
            "providers: {a: {base_url: x.com}}",
            "wrong-type",
            "x.com",
            "`providers.a.base_url` is the text `x.com`; it takes a URL",
        ),
        (
            "providers: {a: {api_key_env: a b}}",
            "wrong-type",
            "a b",
            "`providers.a.api_key_env` is the text `a b`; it takes the name of an environment variable",
        ),
        (
            "steps: {draft: {top_p: 2}}",
            "out-of-range",
            "2",
            "`steps.draft.top_p` is the number 2; it takes a number from 0 to 1",
        ),
        (
            "profiles: {cheap: {top_p: x}}",
            "wrong-type",
            "x",
            "`profiles.cheap.top_p` is the text `x`; it takes a number from 0 to 1",
        ),
        (
            "allow: [http]",
            "wrong-type",
            "http",
            "`allow[0]` is the text `http`; it takes `http:HOST`, `mcp:COMMAND`, `mcp:https://…`,"
            " `secret:VARIABLE@HOST` or `env:VARIABLE`",
        ),
        (
            "check: {a: 5}",
            "wrong-type",
            "5",
            "`check.a` is the text `5`; it takes one of `off`, `warning`, `error`, or a map",
        ),
        ("[a]", "wrong-type", "[a]", "settings are a map"),
    ],
)
def test_a_value_that_does_not_fit_is_reported_at_the_value(
    text: str, rule: str, place: str, words: str
) -> None:
    found = only(text)
    assert (found.rule, underlined(found), found.message) == (rule, place, words)


@pytest.mark.parametrize("written", ["soon", "30", "-1s", "0s", "1h30m", "30 s", "१s"])
def test_a_text_that_is_no_time_above_zero_is_refused(written: str) -> None:
    found = only(f"timeout: '{written}'")
    assert found.message.endswith("it takes a duration such as `30s`, or a number of seconds, above zero")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400), ("2.5", 2.5)],
)
def test_a_time_is_read_to_seconds(written: str, seconds: float) -> None:
    assert data(f"timeout: {written}") == {"timeout": seconds}


@pytest.mark.parametrize("written", ["012", "1_000", "12:30:45", "0x10", ".inf"])
def test_a_scalar_that_yaml_versions_read_differently_is_reported_once(written: str) -> None:
    found = only(f"seed: {written}")
    assert (found.rule, underlined(found)) == ("ambiguous-value", written)


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("temprature: 1", "did you mean `temperature`?"),
        ("max_output_tokens: 5", "did you mean `max_tokens`?"),
        ("model_name: x", "did you mean `model`?"),
        ("Max-Tokens: 5", "did you mean `max_tokens`?"),
        ("top_k: 5", "pass it on to the server: `extra: {top_k: …}`"),
        ("base_url: http://x", "it belongs to a server: `providers: {NAME: {base_url: …}}`"),
        ("api_key: !env KEY", "it belongs to a server: `providers: {NAME: {api_key_env: …}}`"),
        ("providers: {a: {url: http://x}}", "did you mean `base_url`?"),
        ("providers: {a: {api_key: !env KEY}}", "did you mean `api_key_env`?"),
        ("limits: {outputt: 5}", "did you mean `output`?"),
        ("budget: {dollars: 5}", "one of `calls`, `tokens`, `cost`"),
        ("profile: cheap", "choose a profile with `--profile NAME`, or with `profile` on a `generate` step"),
        ("settings: {model: x}", "settings stand at the top of the file, with no key above them"),
        ("qqqqqq: 1", "`turbo-yaml settings list` shows every setting"),
    ],
)
def test_an_unknown_key_comes_with_the_next_move(text: str, help: str) -> None:
    found = only(text)
    assert (found.rule, found.help) == ("unknown-setting", help)
    assert underlined(found) + ":" in text


@pytest.mark.parametrize(
    ("text", "kind", "message", "help"),
    [
        (
            "allow: [http]",
            LayerKind.FLOW,
            "a flow cannot set `allow`: it is for whoever runs the flow",
            "set `allow` in `turbo.yaml`",
        ),
        (
            "check: {}",
            LayerKind.FLOW,
            "a flow cannot set `check`: it is for whoever runs the flow",
            "set `check` in `turbo.yaml`",
        ),
        (
            "profiles: {}",
            LayerKind.FLOW,
            "`profiles` cannot stand here",
            "in a flow `profiles` stands beside `settings`",
        ),
        (
            "limits: {}",
            LayerKind.STEP,
            "`limits` is a setting of whole runs, not of one step",
            "put it into the flow's `settings`",
        ),
        (
            "allow: []",
            LayerKind.STEP,
            "`allow` is a setting of whole runs, not of one step",
            "put it into `turbo.yaml`",
        ),
        (
            "steps: {a: {budget: {}}}",
            LayerKind.PROJECT_FILE,
            "`budget` is a setting of whole runs, not of one step",
            "put it into the flow's `settings`",
        ),
        ("profiles: {a: {profiles: {}}}", LayerKind.PROJECT_FILE, "`profiles` cannot stand here", None),
    ],
)
def test_a_setting_in_the_wrong_place_is_told_where_it_belongs(
    text: str, kind: LayerKind, message: str, help: str | None
) -> None:
    found = only(text, kind)
    assert (found.rule, found.message, found.help) == ("misplaced-setting", message, help)


def test_every_mistake_is_reported_and_what_is_right_is_kept() -> None:
    patch, found = read("temprature: 1\nmodel: echo\nlimits: {output: x, rounds: 5}\nstop: !nope [a]\n")
    assert sorted(d.where() for d in found) == ["turbo.yaml:1:1", "turbo.yaml:3:18", "turbo.yaml:4:7"]
    assert apply(patch, {}) == {"model": "echo", "limits": {"rounds": 5}}


def test_a_broken_key_makes_no_second_report() -> None:
    _, found = read("model: echo\nmodel: echo\n")
    assert len(found) == 1


# Tags --------------------------------------------------------------------------------------------------


def test_each_tag_is_its_own_patch_with_the_place_of_the_value() -> None:
    patch, found = read(
        "temperature: !reset\nlimits: !override {output: 5}\nstop: !append [a]\n"
        'allow: !prepend ["mcp:b"]\nmodel: !env M\nprovider: !env [P, openai]\nscript: [!env S, x]\n'
    )
    assert not found
    place = lambda line, column: (Place("turbo.yaml", line, column),)  # noqa: E731
    assert patch.keys == {
        "temperature": Unset(place(1, 14)),
        "limits": Merge({"output": Set(5, place(2, 28))}, True, place(2, 9)),
        "stop": Extend((), ("a",), place(3, 7)),
        "allow": Extend(("mcp:b",), (), place(4, 8)),
        "model": Set(FromEnv("M", place=place(5, 8)[0]), place(5, 8)),
        "provider": Set(FromEnv("P", "openai", place(6, 11)[0]), place(6, 11)),
        "script": Set([FromEnv("S", place=place(7, 10)[0]), "x"], place(7, 9)),
    }


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("temperature: !reset 3", "misplaced-tag", "`!reset` takes no value"),
        (
            "stop: !append x",
            "misplaced-tag",
            "`!append` adds the items of a list, and this is a single value",
        ),
        ("limits: !append {a: 1}", "misplaced-tag", "`!append` adds the items of a list, and this is a map"),
        ("temperature: !append [1]", "wrong-type", "`temperature` is a list; it takes a number from 0 to 2"),
        ("stop: !append [1]", "wrong-type", "`stop[0]` is the number 1; it takes text"),
        ("stop: !apend [a]", "unknown-tag", "`!apend` is not a tag of settings"),
        ("stop: [!append [a]]", "misplaced-tag", "`!append` cannot stand inside of a value"),
        ("script: [{a: !env X}]", "misplaced-tag", "`!env` cannot stand inside of a value"),
        ("model: !env", "wrong-type", "`!env` takes the name of an environment variable"),
        ("model: !env [A, b, c]", "wrong-type", "`!env` takes the name of an environment variable"),
        ("model: !env {A: b}", "wrong-type", "`!env` takes the name of an environment variable"),
        ("model: !env A-B", "wrong-type", "`!env` takes the name of an environment variable"),
        ("model: !env [A, 5]", "wrong-type", "`model` is the number 5; it takes text"),
        ("limits: !env L", "wrong-type", "`limits` is a map; a variable holds one value or a list"),
        ("!override {model: x}", "misplaced-tag", "`!override` cannot stand on all the settings"),
    ],
)
def test_a_tag_that_does_not_fit_is_reported(text: str, rule: str, message: str) -> None:
    found = only(text)
    assert (found.rule, found.message) == (rule, message)


def test_an_unknown_tag_has_a_suggestion() -> None:
    assert only("stop: !apend [a]").help == "did you mean `!append`?"


def test_a_steps_own_settings_take_no_tags() -> None:
    found = only("stop: !append [a]", LayerKind.STEP)
    assert found.message == "a step's own settings take no tags"


def test_profiles_of_a_flow_are_read_by_name() -> None:
    source = Source("flow.yaml", "cheap: {model: echo}\nbad: {allow: []}\nworse: 5\n")
    node, _ = parse_yaml(source)
    profiles, found = read_profiles(node, source)
    assert apply(profiles["cheap"], {}) == {"model": "echo"}
    assert [d.message for d in found] == [
        "a flow cannot set `allow`: it is for whoever runs the flow",
        "`worse` is the number 5; it takes a map",
    ]


# Laws --------------------------------------------------------------------------------------------------

NAMES = ["model", "limits", "stop", "providers", "steps", "draft", "base_url", "extra", "x-a", "nope"]
MARKS = ["!env", "!reset", "!append", "!override", "[", "]", "{", "}", ":", ": ", ", ", "\n", "\n  ", "- "]
SCALARS = ["5", "'a'", "null", "30s", "off", "sk-" + "a1" * 10]
WORDS = st.sampled_from(NAMES + MARKS + SCALARS)


@given(st.lists(WORDS, max_size=25).map("".join))
def test_whatever_the_text_is_reading_reports_inside_of_it_and_never_raises(text: str) -> None:
    for kind in (LayerKind.PROJECT_FILE, LayerKind.FLOW, LayerKind.STEP):
        patch, found = read(text, kind)
        assert isinstance(apply(patch, {}), dict)
        for diagnostic in found:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
            assert diagnostic.source.name == "turbo.yaml"


def test_a_place_is_that_of_the_value_in_lines_and_characters() -> None:
    patch, _ = read("# é\r\nextra:\r\n  'ключ': 'å'\r\n")
    assert inside(patch, "extra", "ключ") == Set("å", (Place("turbo.yaml", 3, 11),))
