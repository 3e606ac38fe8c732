"""Tests that ask a model do so over the wire, and only where that was asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server import Answer, ThreadServer
from tests.server.http import Received
from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import Fault
from turbo_yaml.models.wire.embeddings import read_embeddings

ROOT = Path(__file__).parent.parent.parent
FLOW = """\
turbo: 1
profiles:
  grader: {model: acme/judge}
  embeddings: {model: acme/vectors}
steps:
  - user: Say hello.
  - generate
tests:
  - name: live
    live: true
    expect:
      - result: Hello there.
      - llm-rubric: Is kind.
      - factuality: It greets.
      - similar: Hi.
        threshold: 0.6
      - assert: usage.input_tokens == 7
  - name: scripted
    model: [Hi.]
    expect: [{result: Hi.}]
"""
GRADE = {"reason": "It is.", "score": 0.9, "pass": True}
RELATION = {"reason": "It does.", "relation": "same"}
VECTORS = {"data": [{"index": 1, "embedding": [1, 0]}, {"index": 0, "embedding": [0.8, 0.6]}]}


def answer(received: Received) -> Answer:
    """Answer as the model that is asked for."""
    data: Any = received.data
    if received.path.endswith("/embeddings"):
        assert (data["model"], data["input"]) == ("vectors", ["Hello there.", "Hi."])
        return Answer(body=VECTORS)
    if data["model"] == "judge":
        graded = "rubric" in data["messages"][0]["content"]
        return Answer(json.dumps(GRADE if graded else RELATION))
    assert data["model"] == "chatty"
    return Answer("Hello there.")


def turbo(folder: Path, url: str, *words: str) -> tuple[int, Any]:
    """Run the tests of the folder; return the exit code and what was printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "turbo_yaml", "test", ".", "--format", "json", "-m", "acme/chatty", *words],
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "ACME_KEY": "sk-1234567890",
            "TURBO_YAML__PROVIDERS__ACME__BASE_URL": url,
            "TURBO_YAML__PROVIDERS__ACME__API_KEY_ENV": "ACME_KEY",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_model_is_asked_only_where_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    with ThreadServer(answer) as server:
        code, data = turbo(tmp_path, server.url)
        assert (code, data["passed"], data["skipped"], server.received) == (0, 1, 1, [])
        code, data = turbo(tmp_path, server.url, "--live")
        assert (code, data["passed"], data["skipped"]) == (0, 2, 0), json.dumps(data, indent=1)
        assert len(server.received) == 4
    scores = [assertion["score"] for assertion in data["tests"][0]["assertions"]]
    assert scores == [1, 0.9, 1, 0.8, 1]


def test_a_live_test_asks_anew_and_leaves_the_users_cache_alone(tmp_path: Path) -> None:
    flow = "turbo: 1\nsteps: [{user: Hello.}, generate]\n"
    (tmp_path / "flow.yaml").write_text(
        flow + "tests: [{name: live, live: true, expect: [{result: Hello there.}]}]\n", encoding="utf-8"
    )
    kept = tmp_path / ".local" / "state" / "turbo-yaml" / "cache.db"
    with ThreadServer(answer) as server:
        for number in (1, 2):
            code, data = turbo(tmp_path, server.url, "--live", "--set", "cache=on")
            assert (code, data["passed"], len(server.received)) == (0, 1, number)
    assert not kept.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        [], {}, {"data": []}, {"data": [{"embedding": [1]}]}, {"data": [{"embedding": [1]}, 7]},
        {"data": [{"embedding": [1], "index": 0}, {"embedding": [1], "index": 0}]},
        {"data": [{"embedding": [1]}, {"embedding": [1, 2]}]},
        {"data": [{"embedding": ["1"]}, {"embedding": [2]}]},
        {"data": [{"embedding": [True]}, {"embedding": [2]}]},
        {"data": [{"embedding": [1], "index": 5}, {"embedding": [2]}]},
    ],
)  # fmt: skip
def test_what_is_no_embedding_is_no_answer(wrong: Any) -> None:
    with pytest.raises(Fault):
        read_embeddings(wrong, 2)


def test_vectors_come_in_the_order_of_the_texts() -> None:
    assert read_embeddings(VECTORS, 2) == [[0.8, 0.6], [1.0, 0.0]]


def test_a_server_without_embeddings_is_a_failure_of_the_model() -> None:
    import asyncio

    from tests.models.asking import provider
    from turbo_yaml.models.openai import OpenAIModel

    async def ask(url: str) -> ModelError:
        model = OpenAIModel(provider(url), "sk-1234567890")
        try:
            with pytest.raises(ModelError) as failed:
                await model.embed("vectors", ["a"], {"timeout": 5.0})
        finally:
            await model.aclose()
        return failed.value

    with ThreadServer(
        [Answer(status=404, body={"error": {"message": "no such path"}}), Answer("hi")]
    ) as server:
        assert asyncio.run(ask(server.url)).kind == "not_found"
        assert asyncio.run(ask(server.url)).kind == "bad_reply"
