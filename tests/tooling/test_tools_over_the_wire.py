"""Tools against a server over real sockets: what is sent, and calls that come in odd pieces."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import openai  # noqa: F401  (now, so that no test waits for it)
import pytest

import turbo_yaml
from tests.server import Answer, Server
from tests.server.answer import chunk
from tests.tooling.working import LIMIT, Work, worked

ROOT = Path(__file__).parents[2]
FLOW = """turbo: 1
tools:
  find_order: {description: Look an order up., with: {id: integer}, returns: {total: number}}
  send_mail: {with: {to: string}}
steps:
  - user: Where is order 7?
  - generate: {tools: [find_order, send_mail], tool_choice: required, parallel_tool_calls: true}
"""
TOOLS = {"find_order": lambda id: {"total": id * 2.5}, "send_mail": lambda to: f"sent to {to}"}


async def served(answers: list[Any], *, stream: bool = True, text: str = FLOW) -> tuple[Work, Server]:
    """Run the flow against a server that gives these answers."""
    async with Server(answers) as server:
        fn = turbo_yaml.loads(text, tools=TOOLS).configure(
            {
                "model": "here/test",
                "stream": stream,
                "retries": 0,
                "providers": {"here": {"base_url": server.url, "api_key_env": None}},
            }
        )
        done = await worked(fn, (), True, {})
        await fn.aclose()
        return done, server


def run(answers: list[Any], **options: Any) -> tuple[Work, Server]:
    return asyncio.run(asyncio.wait_for(served(answers, **options), LIMIT))


def piece(index: int | None = 0, **fields: Any) -> dict[str, Any]:
    """Return the delta of a piece of a call."""
    function = {name: fields[name] for name in ("name", "arguments") if name in fields}
    call: dict[str, Any] = {"function": function, "type": "function"}
    if index is not None:
        call["index"] = index
    if "id" in fields:
        call["id"] = fields["id"]
    return {"tool_calls": [call]}


def streamed(*deltas: dict[str, Any]) -> Answer:
    """Return an answer whose stream has these deltas."""
    return Answer(events=[*(chunk(delta) for delta in deltas), chunk({}, None, "tool_calls"), "[DONE]"])


FIND, MAIL = '{"id": 7}', '{"to": "a@b"}'
ODD = {
    "the name in each delta": [
        piece(id="a", name="find_order", arguments=""),
        *(piece(id="a", name="find_order", arguments=part) for part in ('{"i', 'd": ', "7}")),
    ],
    "arguments cut anywhere": [
        piece(id="a", name="find_order", arguments=""), *(piece(arguments=letter) for letter in FIND)
    ],
    "no ids": [
        piece(0, name="find_order", arguments=FIND[:4]), piece(0, arguments=FIND[4:]),
        piece(1, name="send_mail", arguments=MAIL),
    ],
    "no index": [
        piece(None, id="a", name="find_order", arguments=FIND[:4]), piece(None, arguments=FIND[4:]),
        piece(None, id="b", name="send_mail", arguments=MAIL),
    ],
    "neither ids nor index": [
        piece(None, name="find_order", arguments=FIND), piece(None, name="send_mail", arguments=MAIL)
    ],
    "one index and one id for all": [
        piece(0, id="a", name="find_order", arguments=FIND),
        piece(0, id="b", name="send_mail", arguments=MAIL),
    ],
    "interleaved": [
        piece(0, id="a", name="find_order"), piece(1, id="b", name="send_mail"),
        piece(0, arguments=FIND[:3]), piece(1, arguments=MAIL[:6]),
        piece(0, arguments=FIND[3:]), piece(1, arguments=MAIL[6:]),
    ],
    "arguments as an object": [
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "find_order", "arguments": {"id": 7}}}]}
    ],
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_calls_that_come_in_odd_pieces_are_made(odd: str) -> None:
    done, server = run([streamed(*ODD[odd]), "It is here."])
    assert done.outcome == "It is here."
    both = len(done.told) == 2
    assert done.told == ['{"total":17.5}', *(["sent to a@b"] if both else [])]
    assert both == any("send_mail" in json.dumps(delta) for delta in ODD[odd])
    sent = server.received[1].data["messages"]
    asked, *told = sent[1:]
    assert [call["id"] for call in asked["tool_calls"]] == [message["tool_call_id"] for message in told]
    assert len({call["id"] for call in asked["tool_calls"]}) == len(told)


@pytest.mark.parametrize("stream", [False, True])
def test_the_server_is_told_of_the_tools_and_of_what_they_gave_back(stream: bool) -> None:
    call = {"id": "x1", "type": "function", "function": {"name": "find_order", "arguments": FIND}}
    answers = [Answer(text=None, tool_calls=[call], finish_reason="tool_calls"), "It is here."]
    done, server = run(answers, stream=stream)
    assert done.outcome == "It is here."
    first, second = (request.data for request in server.received)
    assert first["tools"] == second["tools"]
    assert first["tools"][0] == {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Look an order up.",
            "parameters": {
                "type": "object",
                "properties": {"id": {"type": "integer"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        },
    }
    assert (first["tool_choice"], first["parallel_tool_calls"]) == ("required", True)
    assert second["tool_choice"] == "auto"
    assert second["messages"] == [
        {"role": "user", "content": "Where is order 7?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": '{"total":17.5}', "tool_call_id": "x1"},
    ]
    assert (done.usage.input_tokens, done.usage.output_tokens) == (14, 6)


def test_a_stream_that_breaks_off_in_a_call_is_an_error_and_calls_nothing() -> None:
    cut = Answer(events=[chunk(piece(id="a", name="find_order", arguments='{"id"'))], fault="close", after=1)
    done, _ = run([cut])
    assert done.failed.kind in ("stream", "connection")
    assert done.told == []
    assert done.roles == ["user"]


def test_a_call_of_a_tool_that_was_not_offered_goes_back_to_the_model() -> None:
    done, server = run([streamed(piece(id="a", name="rm", arguments="{}")), "Sorry."])
    assert done.outcome == "Sorry."
    assert "there is no tool `rm`" in server.received[1].data["messages"][-1]["content"]


def test_data_and_tools_are_asked_for_together() -> None:
    text = FLOW.replace("tool_choice: required, parallel_tool_calls: true", "output: {total: number}")
    done, server = run(
        [streamed(piece(id="a", name="find_order", arguments=FIND)), '{"total": 17.5}'], text=text
    )
    assert done.outcome == {"total": 17.5}
    assert all("response_format" in request.data for request in server.received)


def test_words_before_a_call_are_told_as_they_come_and_are_no_result() -> None:
    words = [{"content": "Let me "}, {"content": "look."}]
    done, _ = run([streamed(*words, piece(id="a", name="find_order", arguments=FIND)), "Here."])
    assert [event["text"] for event in done.kinds("delta")][:2] == ["Let me ", "look."]
    assert done.results == ["Here."]
    assert done.chat[1].content == "Let me look."


def test_the_approval_desk_settles_a_complaint_over_real_sockets() -> None:
    def call(name: str, arguments: dict[str, Any]) -> Answer:
        return streamed(piece(id=f"id_{name}", name=name, arguments=json.dumps(arguments)))

    paid: list[float] = []

    def find_order(id: int) -> dict[str, Any]:
        return {"id": id, "item": "teapot", "total": 39.5, "customer": "Ada"}

    async def refund(id: int, amount: float, reason: str) -> str:
        paid.append(amount)
        return "paid"

    async def settled() -> tuple[Work, Server]:
        answers = [
            call("find_order", {"id": 7}),
            call("refund", {"id": 7, "amount": 39.5, "reason": "broken"}),
            call("refund", {"id": 7, "amount": 10, "reason": "broken"}),
            call("write_letter", {"customer": "Ada", "news": "10 euros back."}),
            "Dear Ada.",
            "Dear Ada.",
        ]
        async with Server(answers) as server:
            fn = turbo_yaml.load(
                ROOT / "flows" / "approval_desk.yaml", tools=[find_order, refund], cache=False
            )
            fn = fn.configure(
                {"model": "here/x", "providers": {"here": {"base_url": server.url, "api_key_env": None}}}
            )
            done = await worked(fn, ["no, 10 is enough", "yes"], True, {})
            await fn.aclose()
            await server.quiet()
            return done, server

    done, server = asyncio.run(asyncio.wait_for(settled(), LIMIT))
    assert done.outcome == "Dear Ada."
    assert paid == [10]
    assert len(server.received) == 6
    assert "10 is enough" in json.dumps(server.received[2].data["messages"])
