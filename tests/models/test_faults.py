"""Errors of servers to kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import KINDS, RULES, STATUSES, TYPES, Fault, fault_of_error, retry_after
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.report import model_error
from turbo_yaml.wire.wording import masked, one_line

# What servers were seen to answer: the status (None: inside a stream), the body, the kind.
SEEN: list[tuple[int | None, Any, str]] = [
    (
        400,
        {"error": {"message": "Unsupported value: 'temperature'", "type": "invalid_request_error"}},
        "bad_request",
    ),
    (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 128000",
                "code": "context_length_exceeded",
            }
        },
        "context_length",
    ),
    (
        400,
        {"object": "error", "message": "This model's maximum context length is 4096 tokens."},
        "context_length",
    ),
    (400, {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}, "context_length"),
    (
        400,
        {"error": {"code": 400, "message": "the request exceeds the available context size", "n_ctx": 4096}},
        "context_length",
    ),
    (
        413,
        {"error": {"message": "Request too large for model", "code": "rate_limit_exceeded"}},
        "context_length",
    ),
    (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, "auth"),
    (400, [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}], "auth"),
    (401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}, "auth"),
    (401, {"detail": "Unauthorized"}, "auth"),
    (401, "", "auth"),
    (402, {"error": {"message": "Insufficient Balance", "type": "unknown_error"}}, "quota"),
    (402, {"error": {"message": "This request requires more credits", "code": 402}}, "quota"),
    (403, {"error": {"message": "Country not supported", "code": "unsupported_country"}}, "auth"),
    (403, {"error": {"message": "Your input was flagged", "code": 403}}, "content_filter"),
    (400, {"error": {"message": "The response was filtered", "code": "content_filter"}}, "content_filter"),
    (404, {"error": {"message": "The model `gpt-9` does not exist", "code": "model_not_found"}}, "not_found"),
    (404, {"error": {"message": 'model "llama9" not found, try pulling it first'}}, "not_found"),
    (404, "404 page not found", "not_found"),
    # What servers were seen to say of a picture or a sound that a model does not take.
    (
        400,
        {"error": {"message": "Invalid content type. image_url is only supported by certain models."}},
        "unsupported",
    ),
    (404, {"error": {"message": "No endpoints found that support image input", "code": 404}}, "unsupported"),
    (404, {"error": {"message": "No endpoints found that support input audio", "code": 404}}, "unsupported"),
    (
        500,
        {"error": {"message": "image input is not supported - hint: you may need to provide the mmproj"}},
        "unsupported",
    ),
    (400, {"error": {"message": "At most 0 image(s) may be provided in one request."}}, "unsupported"),
    (400, {"error": {"message": "messages[0]: unknown variant `image_url`, expected `text`"}}, "unsupported"),
    (400, {"error": {"message": "this model is missing data required for image input"}}, "unsupported"),
    (400, {"error": {"message": "This model does not support image content."}}, "unsupported"),
    (400, {"error": {"message": "acme/text is not a multimodal model"}}, "unsupported"),
    (400, {"error": {"message": "Invalid value for `file`: it must be a string"}}, "bad_request"),
    (400, {"error": {"message": "Could not download the image at https://example.com/a.png"}}, "bad_request"),
    (404, {"detail": "Not Found"}, "not_found"),
    (400, {"error": {"message": "grok/x is not a valid model ID", "code": 400}}, "not_found"),
    (405, {"detail": "Method Not Allowed"}, "not_found"),
    (408, "", "timeout"),
    (409, "", "server"),
    (
        422,
        {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required", "type": "missing"}]},
        "bad_request",
    ),
    (
        429,
        {"error": {"message": "Rate limit reached for requests", "code": "rate_limit_exceeded"}},
        "rate_limit",
    ),
    (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "quota"),
    (429, {"error": {"message": "You exceeded your current quota. Please retry in 34.07s."}}, "rate_limit"),
    (429, {"message": "Requests rate limit exceeded"}, "rate_limit"),
    (429, "", "rate_limit"),
    (500, {"error": {"message": "The server had an error", "type": "server_error"}}, "server"),
    (
        500,
        {
            "error": {
                "code": 500,
                "message": "[json.exception.type_error.302] type must be string, but is null",
            }
        },
        "bad_request",
    ),
    (500, {"error": {"message": "tools param requires --jinja flag", "type": "server_error"}}, "bad_request"),
    (500, {"error": {"message": "Failed to parse tool call arguments as JSON"}}, "bad_request"),
    (
        500,
        {"error": {"message": 'response_format type must be one of "text"', "type": "server_error"}},
        "bad_request",
    ),
    (500, "Internal Server Error", "server"),
    (501, "", "bad_request"),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", "server"),
    (503, {"error": {"message": "Loading model", "code": 503, "type": "unavailable_error"}}, "server"),
    (504, "", "server"),
    (520, "", "server"),
    (529, {"error": {"type": "overloaded_error", "message": "Overloaded"}}, "server"),
    (None, {"error": {"message": "Busy", "type": "overloaded_error"}}, "server"),
    (None, {"error": {"message": "Slow down", "type": "rate_limit_error"}}, "rate_limit"),
    (None, {"error": {"message": "No", "type": "invalid_request_error"}}, "bad_request"),
    (None, {"error": {"message": "Upstream failed", "code": 502}}, "server"),
    (None, {"error": {"message": "x", "code": "insufficient_quota"}}, "quota"),
    (None, {"error": {"message": "x", "code": "timeout"}}, "timeout"),
    (None, {"error": "it broke"}, "server"),
]


@pytest.mark.parametrize(("status", "body", "kind"), SEEN)
def test_each_error_that_was_seen_has_its_kind(status: int | None, body: Any, kind: str) -> None:
    fault = fault_of_error(status, body)
    assert fault.kind == kind, fault.message
    assert fault.retryable is KINDS[kind].retryable


def test_every_kind_of_a_table_is_a_kind() -> None:
    assert {rule.kind for rule in RULES} | set(STATUSES.values()) | set(TYPES.values()) <= KINDS.keys()


def test_every_kind_that_a_server_can_tell_is_seen() -> None:
    told = {rule.kind for rule in RULES} | set(STATUSES.values())
    assert told - {"connection"} <= {kind for _, _, kind in SEEN}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_next_move_in_one_line(kind: str) -> None:
    error = model_error(Fault(kind, "it failed"), Provider("acme", "http://x/v1"), "m", None)
    assert error.hint and "{" not in error.hint and "\n" not in error.hint


def test_the_words_of_a_validation_error_name_the_place() -> None:
    body = {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}]}
    assert fault_of_error(422, body).message.endswith("422: body.messages.0: Field required")


def test_the_words_of_a_page_are_its_title() -> None:
    page = "<html><style>a{}</style><title>502 Bad Gateway</title><p>nginx</p></html>"
    assert fault_of_error(502, page).message.endswith("502: 502 Bad Gateway")
    assert "oops" in fault_of_error(502, "<p>oops</p><script>alert(1)</script>").message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "message", "code", "type", "status", "detail", "loc", "msg", "metadata"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.none() | st.integers(200, 599), json_values)
def test_any_error_body_makes_a_fault(status: int | None, body: Any) -> None:
    assert fault_of_error(status, body).kind in KINDS


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_wish_to_wait_is_a_time_or_nothing(header: str, text: str) -> None:
    wait = retry_after({"retry-after": header}, text)
    assert wait is None or 0.0 <= wait < 1e9


def test_a_line_has_no_control_characters() -> None:
    assert one_line("a\x1b[31mb\r\nc\u202ed\u2028e") == "a [31mb c d e"
    assert len(one_line("x" * 10_000)) == 400


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_key_is_masked_wherever_it_stands(before: str, after: str) -> None:
    key = "planted/key+with.signs"
    assert key not in masked(before + key + after, key)


def test_what_looks_like_a_key_is_masked() -> None:
    for key in (
        "sk-proj-abcdefghijklmnop",
        "gsk_abcdefghijklmnop",
        "hf_abcdefghijklmnopq",
        "AIzaSyabcdefghijklmnop",
    ):
        assert key not in masked(f"bad key {key}.", None)
    assert "abcdefgh" not in masked("Authorization: Bearer abcdefgh", None)
    assert masked("the task-force is risk-averse", None) == "the task-force is risk-averse"


def test_the_kinds_are_those_that_the_error_documents() -> None:
    for kind in KINDS:
        assert f"`{kind}`" in (ModelError.__doc__ or "")
