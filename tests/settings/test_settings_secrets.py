"""A secret is refused in a text and never shown."""

from __future__ import annotations

import time

import pytest

from tests.settings.writing import data, layer, only, read, stack
from turbo_yaml.diagnostics.render import render
from turbo_yaml.settings.explain import explain, explained_data, explained_text
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.options import assignment_layer
from turbo_yaml.settings.patch import apply, nested, patch_of
from turbo_yaml.settings.secrets import is_secret_name, is_secret_value
from turbo_yaml.settings.sources import environment_layer

KEY = "sk-proj-planted0123456789abcdef"
TOKENS = [
    KEY,
    "gsk_planted0123456789abcdef",
    "AIzaSyPlanted0123456789abcdefghijkl",
    "AKIAPLANTED012345678",
    "ghp_planted0123456789abcdefghijklmno",
    "xoxb-planted-0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----",
    "Bearer planted-0123456789",
    "https://user:planted@example.com/v1",
]


@pytest.mark.parametrize("token", TOKENS)
def test_what_has_the_form_of_a_secret_is_refused_anywhere_and_starred(token: str) -> None:
    found = only(f"extra: {{note: '{token}', topk: 5}}")
    assert (found.rule, found.source.position(found.span.start)) == ("literal-secret", (1, 15))
    assert token not in render([found]) and "planted" not in render([found])


@pytest.mark.parametrize(
    "name", ["api_key", "token", "password", "authorization", "access_token", "X-Api-Key", "secret"]
)
def test_what_stands_under_a_secret_name_is_refused(name: str) -> None:
    found = only(f"extra: {{{name}: hello}}")
    assert found.rule == "literal-secret"
    assert "hello" not in render([found])


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (
            f"api_key: {KEY}",
            "name the environment variable that holds it: `providers: {SERVER: {api_key_env: NAME}}`",
        ),
        (
            f"providers: {{a: {{api_key: {KEY}}}}}",
            "name the environment variable that holds it: `api_key_env: NAME`",
        ),
        (
            f"providers: {{a: {{api_key_env: {KEY}}}}}",
            "name the environment variable that holds it: `api_key_env: NAME`",
        ),
        ("extra: {token: abc}", "name the environment variable that holds it: `token: !env NAME`"),
    ],
)
def test_the_next_move_is_to_name_the_variable(text: str, help: str) -> None:
    assert only(text).help == help


@pytest.mark.parametrize(
    "text",
    [
        "extra: {token: !env TOKEN}",
        "extra: {token: null, token_count: 5, tokens: 10}",
        "max_tokens: 5\nbudget: {tokens: 100}",
        "providers: {token: {api_key_env: OPENAI_API_KEY}}",
        "model: sk-learn-classifier-large",
        "providers: {a: {base_url: 'http://localhost:8000/v1@x'}}",
        "extra: {note: Basic rules of the game}",
    ],
)
def test_what_only_looks_a_little_like_a_secret_is_none(text: str) -> None:
    assert data(text)


def test_every_line_that_is_shown_of_a_file_with_a_secret_is_starred() -> None:
    _, found = read(f"extra: {{token: {KEY}}}\ntemprature: 1\nstop: [1, '{KEY}']\n")
    assert [d.rule for d in found].count("literal-secret") == 2
    assert KEY not in render(found)


def test_a_default_of_a_variable_may_not_be_a_secret() -> None:
    assert only(f"extra: {{token: !env [TOKEN, {KEY}]}}").rule == "literal-secret"


def test_a_secret_on_the_command_line_is_refused_and_starred() -> None:
    _, found = assignment_layer(f"extra.token={KEY}")
    assert [d.rule for d in found] == ["literal-secret"]
    assert KEY not in render(found)


def test_a_secret_in_the_environment_is_where_it_belongs() -> None:
    kept, found = environment_layer({"TURBO_YAML__EXTRA__TOKEN": KEY})
    assert not found and kept is not None
    assert apply(kept.patch, {}) == {"extra": {"token": KEY}}


def test_a_mistake_about_a_secret_variable_does_not_show_it() -> None:
    _, found = environment_layer({"TURBO_YAML__PROVIDERS__A__API_KEYY": KEY, "TURBO_YAML__TEMPERATURE": KEY})
    assert len(found) == 2
    assert KEY not in render(found)


def test_an_account_shows_stars_for_secrets_wherever_they_came_from() -> None:
    settings = stack(
        layer("extra: {token: !env MY_TOKEN, note: !env [NOTE, fine]}\nuser: !env SECRET_TOKEN"),
        Layer(
            LayerKind.ENVIRONMENT,
            "environment",
            nested(["extra"], patch_of({"password": "hunter2", "list": [KEY]})),
        ),
        MY_TOKEN="hunter3",
        NOTE=KEY,
        SECRET_TOKEN="hunter4",
    ).configured({"extra": {"deep": {"authorization": "hunter5"}}})
    accounts = explain(settings)
    everything = explained_text(accounts) + str(explained_data(accounts))
    assert "hunter" not in everything and KEY not in everything
    assert 'extra.token: "***"' in everything and "!env MY_TOKEN" in everything


@pytest.mark.parametrize(
    "name", ["max_tokens", "tokens", "api_key_env", "tokenizer", "monkey", "secretary", "key"]
)
def test_a_name_that_only_contains_such_a_word_is_no_secret_name(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "piece", ["sk-", "eyJaaaaaaaaaa", "a.", "Bearer ", "-----BEGIN A", "a://", "https://a:", "xox"]
)
def test_looking_for_secrets_takes_no_longer_than_reading(piece: str) -> None:
    before = time.process_time()
    is_secret_value(piece * (200_000 // len(piece)))
    assert time.process_time() - before < 2
