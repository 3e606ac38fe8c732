"""`generate` with tools: calls, their results, and what goes wrong in them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

import turbo_yaml
from tests.tooling.working import Work, calls, work
from turbo_yaml.errors import LimitError, ModelError, OutOfTurns, ToolError, UsageError
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.protocol import Assistant, Generate, Result, ToolResult, User

ORDERS = """
tools:
  find_order:
    description: Look an order up.
    with: {id: integer}
    returns: {id: integer, total: number}
  send_mail: {with: {to: string, text?: {type: string, default: Hello.}}}
steps:
  - user: Where is my order?
  - generate: {tools: [find_order, send_mail]}
    as: answer
"""


def find_order(id: int) -> dict[str, float]:
    return {"id": id, "total": id * 2.5}


async def send_mail(to: str, text: str) -> str:
    return f"{text} ({to})"


TOOLS = {"find_order": find_order, "send_mail": send_mail}


def ordered(*replies: Any, **options: Any) -> Work:
    return work(ORDERS, tools=options.pop("tools", TOOLS), model=list(replies), **options)


def test_the_model_calls_tools_until_it_answers() -> None:
    done = ordered(calls(("find_order", {"id": 7})), calls(("send_mail", {"to": "a@b"})), "It is here.")
    assert done.outcome == "It is here."
    assert done.roles == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
    assert done.told == ['{"id":7,"total":17.5}', "Hello. (a@b)"]
    assert done.results == ["It is here."]
    assert (done.steps.turns, done.steps.tools) == (3, 2)


def test_the_reply_that_is_given_on_is_the_one_that_calls_nothing() -> None:
    done = ordered(calls(("find_order", {"id": 7}), text="Let me look."), "It is here.")
    assert done.results == ["It is here."]
    assert [said.content for said in done.chat] == [
        "Where is my order?", "Let me look.", '{"id":7,"total":17.5}', "It is here.",
    ]  # fmt: skip


def test_a_call_and_its_result_carry_one_id() -> None:
    done = ordered(calls(("find_order", {"id": 1}), ("find_order", {"id": 2})), "Both.")
    said, *results = done.chat[1:4]
    assert isinstance(said, Assistant)
    assert [call.id for call in said.tool_calls] == [
        result.tool_call_id for result in results if isinstance(result, ToolResult)
    ]


def test_calls_of_one_reply_run_at_once_and_their_results_are_in_order() -> None:
    met = asyncio.Barrier(3)

    async def meet(name: str) -> str:
        await met.wait()
        await asyncio.sleep({"a": 0.03, "b": 0.02, "c": 0}[name])
        return name

    done = work(
        "tools: {meet: {with: {name: string}}}\nsteps: [{generate: {tools: [meet]}}]",
        tools=[meet],
        model=[calls(*(("meet", {"name": name}) for name in "abc")), "Met."],
    )
    assert done.told == ["a", "b", "c"]


def test_no_more_calls_run_at_once_than_max_concurrency() -> None:
    running: list[int] = [0]
    most: list[int] = []

    async def count(n: int) -> int:
        running[0] += 1
        most.append(running[0])
        await asyncio.sleep(0.001)
        running[0] -= 1
        return n

    text = """
    tools: {count: {with: {n: integer}}}
    steps:
      - for: x
        in: "[1, 2, 3]"
        at_once: 3
        do: [{generate: {tools: [count]}}]
        as: xs
    """
    once = calls(*(("count", {"n": n}) for n in range(6)))
    done = work(text, tools=[count], model=[once, once, once, "a", "b", "c"], settings={"max_concurrency": 2})
    assert done.error is None
    assert len(most) == 18
    assert max(most) == 2


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("find_order", '{"id": 7'), "are not JSON"),
        (("find_order", "[7]"), "are no JSON object"),
        (("find_order", '{"id": NaN}'), "`NaN` is no number of JSON"),
        (("find_order", "[" * 100_000), "are not JSON"),
        (("find_order", {"id": "seven"}), 'id: "seven" is text, not an integer'),
        (("find_order", {}), "id is missing"),
        (("find_order", {"id": 7, "and": 8}), "and is not a field here"),
        (("find_orders", {"id": 7}), "there is no tool `find_orders`; did you mean `find_order`?"),
        (("drop_tables", {}), "there is no tool `drop_tables`; one of `find_order`, `send_mail`"),
    ],
)
def test_a_call_that_cannot_be_made_goes_back_to_the_model(call: Any, told: str) -> None:
    done = ordered(calls(call), "Sorry.")
    assert done.outcome == "Sorry."
    error = json.loads(done.told[0])
    assert told in error["error"]
    assert done.kinds("tool_result")[0]["error"] in ("arguments", "unknown_tool")
    assert done.steps.tools == 0


def test_what_a_function_raises_goes_back_to_the_model() -> None:
    def find_order(id: int) -> dict[str, Any]:
        raise LookupError(f"no order {id}")

    done = ordered(calls(("find_order", {"id": 7})), "Sorry.", tools={**TOOLS, "find_order": find_order})
    assert json.loads(done.told[0]) == {"error": "`find_order` failed: LookupError: no order 7"}


def test_a_result_that_is_not_as_declared_goes_back_as_a_failure() -> None:
    done = ordered(
        calls(("find_order", {"id": 7})), "Sorry.", tools={**TOOLS, "find_order": lambda id: {"id": id}}
    )
    assert "not as declared" in done.told[0]


def test_a_result_that_is_no_data_goes_back_as_a_failure() -> None:
    done = work(
        "tools: {look: }\nsteps: [{generate: {tools: [look]}}]",
        tools={"look": lambda: object()},
        model=[calls(("look", {})), "Sorry."],
    )
    assert "what is no data" in done.told[0]


@pytest.mark.parametrize("sync", [False, True])
def test_a_call_that_takes_too_long_goes_back_to_the_model(sync: bool) -> None:
    released = []

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            released.append(True)

    def block() -> None:
        time.sleep(0.3)

    done = work(
        "tools: {wait: {timeout: 50ms}}\nsteps: [{generate: {tools: [wait]}}]",
        tools={"wait": block if sync else wait},
        model=[calls(("wait", {})), "Too slow."],
    )
    assert done.outcome == "Too slow."
    assert json.loads(done.told[0]) == {"error": "`wait` was not done within 0.05 s"}
    assert sync or released


def test_a_function_that_blocks_holds_nothing_up() -> None:
    order: list[str] = []

    def block() -> str:
        time.sleep(0.05)
        order.append("block")
        return "done"

    async def quick() -> str:
        order.append("quick")
        return "done"

    done = work(
        "tools: {block: , quick: }\nsteps: [{generate: {tools: [block, quick]}}]",
        tools=[block, quick],
        model=[calls(("block", {}), ("quick", {})), "Done."],
    )
    assert order == ["quick", "block"]
    assert done.told == ["done", "done"]


def test_only_so_many_failures_go_back() -> None:
    wrong = calls(("find_order", {}))
    done = ordered(*[wrong] * 4, settings={"limits": {"tool_failures": 2}})
    assert isinstance(done.failed, ToolError)
    assert done.failed.kind == "arguments"
    assert "3 calls of tools failed, and 2 may" in done.failed.message
    assert done.roles == ["user", *["assistant", "tool"] * 2]


def test_a_model_that_goes_on_calling_is_an_error() -> None:
    text = ORDERS.replace("send_mail]}", "send_mail], max_turns: 2}")
    again = calls(("find_order", {"id": 7}))
    done = work(text, tools=TOOLS, model=[again] * 3)
    assert isinstance(done.failed, OutOfTurns)
    assert isinstance(done.failed, LimitError)
    assert (done.failed.kind, done.failed.exit_code) == ("max_turns", 4)
    assert "after 2 replies" in done.failed.message
    assert done.steps.tools == 1
    assert done.roles == ["user", "assistant", "tool"]


def test_ten_replies_are_the_usual_limit() -> None:
    done = ordered(*[calls(("find_order", {"id": 7}))] * 11)
    assert (done.failed.kind, done.steps.turns) == ("max_turns", 10)


def test_max_turns_may_be_worked_out() -> None:
    text = "inputs: {n: integer}\n" + ORDERS.replace("send_mail]}", "send_mail], max_turns: '{{ n + 1 }}'}")
    again = calls(("find_order", {"id": 7}))
    assert work(text, tools=TOOLS, model=[again, "Here."], n=1).outcome == "Here."
    assert work(text, tools=TOOLS, model=[again, "Here."], n=0).failed.kind == "max_turns"


def test_a_reply_whose_calls_are_too_long_is_refused() -> None:
    long = calls(("send_mail", {"to": "x" * 200}))
    done = ordered(long, "Here.", settings={"limits": {"reply": 100}})
    assert (done.failed.kind, done.steps.tools) == ("limit", 0)


def test_otherwise_is_done_where_the_limit_is_reached() -> None:
    text = """
    tools: {look: }
    steps:
      - generate: {tools: [look], max_turns: 1}
        as: answer
        otherwise:
          - set: {answer: none}
      - return: "{{ answer }}"
    """
    assert work(text, tools={"look": lambda: 1}, model=[calls(("look", {}))]).outcome == "none"
    assert work(text, tools={"look": lambda: 1}, model=["some"]).outcome == "some"


def test_a_failed_turn_leaves_the_chat_as_a_server_takes_it() -> None:
    text = """
    tools: {look: }
    steps:
      - user: Look.
      - try:
          - generate: {tools: [look], max_turns: 2}
        catch:
          - user: "{{ error.kind }}"
      - generate
    """
    done = work(text, tools={"look": lambda: 1}, model=[calls(("look", {})), calls(("look", {})), "Well."])
    assert done.roles == ["user", "assistant", "tool", "user", "assistant"]
    assert done.chat[3].content == "max_turns"


def test_a_failure_is_at_the_step_that_offers_the_tools() -> None:
    done = ordered(*[calls(("find_order", {"id": 7}))] * 11)
    error = done.failed
    assert error.source is not None
    assert error.span is not None
    assert error.source.position(error.span.start).line == 10


def test_message_as_tells_all_calls_and_all_tokens() -> None:
    text = ORDERS.replace("as: answer", "message_as: message\n  - return: '{{ message }}'")
    usage = {"input_tokens": 10, "output_tokens": 2}
    done = work(
        text,
        tools=TOOLS,
        model=[
            {**calls(("find_order", {"id": 7})), "usage": usage},
            {"content": "Here.", "usage": {"input_tokens": 20, "output_tokens": 3}},
        ],
    )
    assert done.outcome["tool_calls"] == [{"id": "call_1", "name": "find_order", "arguments": '{"id": 7}'}]
    assert done.outcome["usage"] == {"input_tokens": 30, "output_tokens": 5, "cost": 0.0}
    assert done.outcome["content"] == "Here."


def test_data_is_asked_for_at_the_end_of_the_calls() -> None:
    text = ORDERS.replace("send_mail]}", "send_mail], output: {total: number}}")
    done = work(
        text,
        tools=TOOLS,
        model=[calls(("find_order", {"id": 7})), "It is 17.5", '{"total": 17.5}'],
    )
    assert done.outcome == {"total": 17.5}


def test_events_tell_each_call_and_what_came_of_it() -> None:
    done = ordered(calls(("find_order", {"id": 7})), "Here.")
    assert done.kinds("tool_call", "tool_result") == [
        {
            "event": "tool_call",
            "flow": "flow",
            "tool": "find_order",
            "arguments": {"id": 7},
            "call_id": "call_1",
        },
        {
            "event": "tool_result",
            "flow": "flow",
            "tool": "find_order",
            "content": {"id": 7, "total": 17.5},
            "call_id": "call_1",
        },
    ]


def test_a_run_that_nobody_listens_to_comes_to_the_same() -> None:
    replies = [calls(("find_order", {"id": 7})), calls(("send_mail", {"to": "a"})), "Here."]
    heard, unheard = ordered(*replies), ordered(*replies, listen=False)
    assert (heard.outcome, heard.chat) == (unheard.outcome, unheard.chat)


def test_echo_calls_a_tool_once_and_then_repeats() -> None:
    done = work(ORDERS, tools=TOOLS)
    assert done.outcome == "Where is my order?"
    assert done.kinds("tool_call")[0]["arguments"] == {"id": 0}


def test_a_reply_with_far_too_many_calls_is_refused() -> None:
    done = ordered(calls(*[("find_order", {"id": 7})] * 129))
    assert isinstance(done.failed, ModelError)
    assert done.failed.kind == "bad_reply"


def test_the_budget_holds_for_the_replies_that_call_tools() -> None:
    done = ordered(calls(("find_order", {"id": 7})), "Here.", settings={"budget": {"calls": 1}})
    assert done.failed.kind == "budget"


def test_a_result_longer_than_a_text_may_be_is_a_failure() -> None:
    done = work(
        "tools: {look: }\nsteps: [{generate: {tools: [look]}}]",
        tools={"look": lambda: "x" * 200},
        model=[calls(("look", {})), "Long."],
        settings={"limits": {"output": 100}},
    )
    assert "200 characters, over the limit of 100" in done.told[0]


def test_an_included_flow_calls_tools_of_its_own_file_in_this_chat() -> None:
    text = """
    tools: {look: }
    flows:
      inner:
        steps:
          - user: Look.
          - generate: {tools: [look]}
    steps:
      - include: inner
        as: found
      - return: "{{ found }}"
    """
    done = work(text, tools={"look": lambda: "seen"}, model=[calls(("look", {})), "I see."])
    assert done.outcome == "I see."
    assert done.roles == ["user", "assistant", "tool", "assistant"]


def test_an_included_flow_that_runs_out_of_turns_can_be_caught_around_it() -> None:
    text = """
    tools: {look: }
    flows:
      inner: {steps: [{generate: {tools: [look], max_turns: 1}}]}
    steps:
      - try: [{include: inner}]
        catch: [{return: "{{ error.kind }}"}]
    """
    assert work(text, tools={"look": lambda: 1}, model=[calls(("look", {}))]).outcome == "max_turns"


def test_the_deadline_of_an_included_flow_holds_for_its_tools() -> None:
    text = """
    tools: {wait: }
    flows:
      inner: {steps: [{generate: {tools: [wait]}}]}
    steps:
      - try: [{include: inner, timeout: 50ms}]
        catch: [{return: "{{ error.kind }}: {{ error.message }}"}]
    """

    async def wait() -> None:
        await asyncio.sleep(60)

    done = work(text, tools=[wait], model=[calls(("wait", {}))])
    assert done.outcome == "timeout: `inner` was not done within 0.05 s"


def test_branches_call_tools_each_in_its_own_chat() -> None:
    text = """
    tools: {look: {with: {at: string}}}
    steps:
      - for: x
        in: "['a', 'b']"
        at_once: 2
        do:
          - user: "{{ x }}"
          - generate: {tools: [look]}
        as: xs
      - return: "{{ xs }}"
    """
    model = [calls(("look", {"at": "1"})), calls(("look", {"at": "2"})), "x", "y"]
    done = work(text, tools={"look": lambda at: at}, model=model)
    assert done.outcome == ["x", "y"]
    assert done.chat == []


def test_a_generator_by_hand_may_offer_functions() -> None:
    async def ask() -> Any:
        yield User("Add.")
        reply = yield Generate(tools=[add])
        yield Result(reply.value, done=True)

    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    fn = turbo_yaml.TurboGenFn(ask, {"model": "script"}, script=[calls(("add", {"a": 1, "b": 2})), "3"])

    async def outcome() -> Any:
        async with fn() as run:
            while not run.done:
                await run.run()
            return run.outcome, [message.role for message in await run.memory.get()]

    assert asyncio.run(outcome()) == ("3", ["user", "assistant", "tool", "assistant"])


def test_a_truncated_chat_never_parts_a_call_from_its_results() -> None:
    done = ordered(
        calls(("find_order", {"id": 1}), ("find_order", {"id": 2})), calls(("find_order", {"id": 3})), "Here."
    )
    for most in range(1, 120):
        sent = TruncatedMemory(most, done.chat).prompt()
        asked = [call.id for said in sent if isinstance(said, Assistant) for call in said.tool_calls]
        assert asked == [said.tool_call_id for said in sent if isinstance(said, ToolResult)]


def test_a_run_that_is_cancelled_cancels_its_calls() -> None:
    started, ended = asyncio.Event(), []

    async def wait() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("tool")

    async def cancelled() -> None:
        fn = turbo_yaml.loads(
            "turbo: 1\ntools: {wait: }\nsteps: [{generate: {tools: [wait]}}]", tools=[wait]
        ).configure({"model": "script"})
        run = fn.using(script=[calls(("wait", {}), ("wait", {}))])()
        task = asyncio.create_task(run.run())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == ["tool", "tool"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancelled())


def test_a_tool_that_nothing_is_bound_to_is_told_before_the_first_call() -> None:
    fn = turbo_yaml.loads("turbo: 1\n" + ORDERS, name="shop.yaml", tools={"send_mail": send_mail})
    with pytest.raises(UsageError) as caught:
        fn()
    assert caught.value.message == "shop.yaml:4: the tool `find_order` is bound to no function"
    assert caught.value.hint is not None
    assert "--tools" in caught.value.hint


def test_a_tool_that_no_step_names_need_not_be_bound() -> None:
    assert work("tools: {idle: }\nsteps: [{user: Hi}, generate]").outcome == "Hi"
