"""What models take beside text: refused before anything is sent where that is known, sent where it is not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done, environ, folder, turbo
from tests.models.asking import Wire, ask_at, request, run
from tests.server import Answer, ThreadServer
from turbo_yaml.models.known.abilities import KINDS, REFUSED, refused
from turbo_yaml.models.providers import PROVIDERS
from turbo_yaml.protocol import User
from turbo_yaml.protocol.messages import Part

__all__ = ["environ", "folder", "turbo"]
ALL = frozenset(KINDS)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PARTS: dict[str, Part] = {
    "image": {"image": "https://example.com/a.png"},
    "audio": {"audio": "data:audio/wav;base64,AAAA"},
    "file": {"file": "data:application/pdf;base64,AAAA"},
}
WORDS = {"image": "images", "audio": "audio", "file": "files"}


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("gpt-3.5-turbo-0125", ALL),
        ("gpt-4", ALL),
        ("gpt-4-turbo", frozenset()),
        ("gpt-4o-mini-2024-07-18", {"audio"}),
        ("gpt-4o-audio-preview", frozenset()),
        ("o3-mini", ALL),
        ("claude-3-5-haiku-20241022", {"audio"}),
        ("deepseek-chat", ALL),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", ALL),
        ("meta-llama/Llama-3.1-8B-Instruct", ALL),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct", frozenset()),
        ("llama3.2", ALL),
        ("llama3.2-vision:11b", frozenset()),
        ("llama3.2:3b", ALL),
        ("Qwen/Qwen2.5-VL-7B-Instruct", frozenset()),
        ("qwen2.5:14b", ALL),
        ("gemma3:4b", frozenset()),
        ("gemma3:1b", ALL),
        ("phi-4-multimodal-instruct", frozenset()),
        ("gemini-2.5-flash", frozenset()),
        ("what-nobody-knows", frozenset()),
        ("", frozenset()),
    ],
)
def test_known_families_of_models_are_told_apart(model: str, kinds: frozenset[str]) -> None:
    assert refused("acme", model) == kinds


def test_the_table_is_in_small_letters_of_known_kinds_and_names_no_model_twice() -> None:
    patterns = [pattern for pattern, _ in REFUSED]
    assert len({*patterns}) == len(patterns)
    assert all(pattern == pattern.lower() and kinds <= ALL for pattern, kinds in REFUSED)


def test_the_settings_say_what_a_model_takes_and_win() -> None:
    own = {"acme/gpt-4": ["image"], "ollama/*": [], "acme/new": ["image", "file"]}
    assert refused("acme", "gpt-4", own) == {"audio", "file"}
    assert refused("acme", "new-2025-01-31", own) == {"audio"}
    assert refused("ollama", "llava", own) == ALL
    assert refused("acme", "other", own) == frozenset()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_model_that_is_known_not_to_take_a_part_is_not_asked(kind: str, streamed: bool) -> None:
    asked = request(model="gpt-3.5-turbo", messages=[User("Hi"), User([{"text": "Look."}, PARTS[kind]])])
    result = run(ask_at("http://127.0.0.1:1/v1", streamed, asked))
    assert result.error is not None
    assert (result.error.kind, result.error.retryable) == ("unsupported", False)
    assert result.error.message == f"the model `gpt-3.5-turbo` takes no {WORDS[kind]}, and the chat has some"
    assert f"attachments: {{acme/gpt-3.5-turbo: [{kind}]}}" in (result.error.hint or "")


def test_what_the_settings_say_is_sent(wire: Wire) -> None:
    taken = {"timeout": 3.0, "attachments": {"acme/gpt-3.5-turbo": ["image"]}}
    asked = request(model="gpt-3.5-turbo", messages=[User([PARTS["image"]])], settings=taken)
    result = wire.answered("A cat.", asked=asked)
    assert result.reply is not None and result.received is not None
    (part,) = result.received.data["messages"][0]["content"]
    assert part == {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def test_an_unknown_model_is_asked_and_its_server_says_what_is_wrong(wire: Wire) -> None:
    body = {"error": {"message": "At most 0 image(s) may be provided in one request."}}
    asked = request(model="mystery", messages=[User([PARTS["image"]])])
    result = wire.answered(Answer(status=400, body=body), asked=asked)
    assert result.error is not None and result.error.kind == "unsupported"
    assert "At most 0 image(s)" in result.error.message
    assert result.error.hint == "leave out what is attached, or ask a model that takes it"


FLOW = """\
turbo: 1
steps:
  - user:
      - text: What is this?
      - image: cat.png
  - generate:
    id: look
"""


def test_an_author_is_told_in_the_flow_and_a_model_that_can_see_is_asked_in_its_place(
    turbo: Callable[..., Done], folder: Path
) -> None:
    (folder / "a.yaml").write_text(FLOW)
    (folder / "cat.png").write_bytes(PNG)
    with ThreadServer(["A cat."]) as server:
        words = ["run", "a.yaml", "--no-journal", "-m", "acme/gpt-4", "--set"]
        words += [f"providers.acme={{base_url: '{server.url}', api_key_env: null}}"]
        done = turbo(*words)
        assert done.code == 3 and not server.received
        assert "error[unsupported]: the model `gpt-4` takes no images, and the chat has some" in done.err
        assert "--> a.yaml:6:" in done.err
        done = turbo(*words, "-o", "fallback", "acme/mystery")
        assert (done.code, done.out) == (0, "A cat.\n")
    (asked,) = server.received
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert asked.data["messages"][0]["content"][1] == {"type": "image_url", "image_url": {"url": url}}


def test_every_built_in_provider_can_be_named_in_the_setting() -> None:
    for name in PROVIDERS:
        assert refused(name, "x", {f"{name}/*": []}) == ALL
