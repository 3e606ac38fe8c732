"""A run that goes on: what it was told it is told again, in whatever shape the flow is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.journal.playing import Bench, Clock, drive
from tests.runtime.talking import Talker, in_loop
from turbo_yaml.errors import FlowError, JournalError, ModelError, UsageError
from turbo_yaml.journal.journal import Journal

LOOP = """\
  - for: i
    in: range(3)
    do:
      - user: Question {{ i }}
      - generate: {forward: false}
        id: draft
        as: reply
  - input: Who?
    as: who
  - user: "{{ who }}"
  - generate
"""


def test_a_call_that_was_answered_is_never_made_again(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, LOOP)
        name = await bench.break_off()
        assert bench.asked == 3
        assert await bench.go_on(name, ["Ada"]) == "reply 4"
        assert bench.asked == 4
        assert bench.places(name) == ["draft", "draft[2]", "draft[3]", "generate"]
        assert bench.model.heard()[-1] == ("user", "Ada")

    in_loop(work())


def test_an_answer_is_remembered_as_data(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - input: How many?\n    type: integer\n    as: n\n"
            "  - input: Go on?\n  - return: '{{ n + 1 }}'\n"
        )
        bench = Bench(tmp_path, steps)
        name = await bench.break_off(["41"])
        run = bench.fn.resume(name)
        assert (await run.run()).content == "Go on?"
        assert (await run.run("yes")).content == 42

    in_loop(work())


def test_time_and_chance_are_the_same_again(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - set: {t: '{{ now() }}', c: '{{ range(99999) | random }}', s: '{{ [1, 2, 3] | shuffle }}'}\n"
            "  - result: '{{ [t, c, s] }}'\n  - input: Go on?\n  - return: '{{ [t, c, s] }}'\n"
        )
        bench = Bench(tmp_path, steps)
        run = bench.fn()
        before = (await run.run()).content
        await run.run()
        await run.aclose()
        assert await bench.go_on(run.name or "", ["yes"]) == before

    in_loop(work())


def test_a_pause_goes_on_while_nobody_runs_the_flow(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - sleep: 1h\n  - return: awake\n")
        run = bench.fn()
        task = asyncio.ensure_future(run.run())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        name = run.name or ""
        bench.journal.write([("update event set data = '0' where kind = 'sleep'", ())])
        assert await bench.go_on(name) == "awake"

    in_loop(work())


NESTED = """\
turbo: 1
flows:
  part:
    inputs: {topic: string}
    steps:
      - user: About {{ topic }}
      - generate
  refund:
    steps: [{user: refund}, generate]
steps:
  - call: part
    with: {topic: tea}
    as: tea
  - include: part
    with: {topic: milk}
  - parallel:
      pro: [{user: pro}, generate]
      con: [{user: con}, generate, {user: more}, generate]
  - for: x
    in: "['a', 'b', 'c']"
    at_once: 2
    collect: said
    as: xs
    do: [{user: "{{ x }}"}, {generate: {}, as: said}]
  - input: Go on?
  - handoff: refund
"""


def test_each_flow_and_branch_has_places_of_its_own(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, NESTED, Talker(pauses=2))
        name = await bench.break_off()
        asked = bench.asked
        await bench.go_on(name, ["yes"])
        assert bench.asked == asked + 1
        assert sorted(bench.places(name)) == [
            "for/1/generate", "for/2/generate", "for/3/generate", "parallel/con/generate",
            "parallel/con/generate[2]", "parallel/pro/generate", "part/generate", "part[2]/generate",
            "refund>/generate",
        ]  # fmt: skip

    in_loop(work())


def test_branches_that_ended_in_any_order_get_their_own_replies(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - for: x\n    in: range(9)\n    at_once: 9\n    collect: r\n    as: all\n"
            "    do: [{user: 'say {{ x }}'}, {generate: {}, as: r}]\n"
            "  - input: Go on?\n  - return: '{{ all }}'\n"
        )

        class Late(Talker):
            async def reply(self, request, on_delta=None):  # type: ignore[no-untyped-def]
                for _ in range(20 - 2 * int(request.messages[-1].content[-1])):
                    await asyncio.sleep(0)
                self.replies = [f"heard {request.messages[-1].content}"]
                return await super().reply(request, on_delta)

        bench = Bench(tmp_path, steps, Late())
        name = await bench.break_off()
        assert await bench.go_on(name, ["yes"]) == [f"heard say {x}" for x in range(9)]
        assert bench.asked == 9

    in_loop(work())


def test_the_branch_that_was_first_is_so_again_and_the_others_ask_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - parallel:\n      slow: [{user: slow}, generate]\n      fast: [{user: fast}, generate]\n"
            "    wait: first\n  - input: Go on?\n  - return: '{{ [slow, fast] }}'\n"
        )

        class OneStalls(Talker):
            async def reply(self, request, on_delta=None):  # type: ignore[no-untyped-def]
                if request.messages[-1].content == "slow":
                    self.requests.append(request)
                    await asyncio.get_running_loop().create_future()
                return await super().reply(request, on_delta)

        bench = Bench(tmp_path, steps, OneStalls("quick"))
        name = await bench.break_off()
        assert bench.asked == 2
        assert await bench.go_on(name, ["yes"]) == [None, "quick"]
        assert bench.asked == 2

    in_loop(work())


class OnBStalls(Talker):
    """Never answers `b`: an hour passes at once instead."""

    async def reply(self, request, on_delta=None):  # type: ignore[no-untyped-def]
        if request.messages[-1].content == "b":
            self.requests.append(request)
            loop = asyncio.get_running_loop()
            assert isinstance(loop, Clock)
            loop.ahead += 3600.0
            await loop.create_future()
        return await super().reply(request, on_delta)


def timed(step: str, slow: str = "[{user: a}, generate, {user: b}, generate]") -> str:
    """Return a flow that does a step with `slow` in it, and tells how that failed."""
    return (
        f"turbo: 1\nflows:\n  slow:\n    steps: {slow}\n  both:\n    steps: [{{call: slow}}]\n"
        f"steps:\n  - try:\n      - {step}\n    catch:\n      - set: {{kind: '{{{{ error.kind }}}}'}}\n"
        "  - input: Go on?\n  - return: '{{ kind }}'\n"
    )


@pytest.mark.parametrize("step", ["call: slow", "include: slow", "include: both"])
def test_a_flow_whose_time_was_over_asks_nothing_again_and_waits_for_nothing(
    tmp_path: Path, step: str
) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, timed(f"{{{step}, timeout: 1h}}"), OnBStalls())
        name = await bench.break_off()
        assert bench.asked == 2
        async with asyncio.timeout(60):
            assert await bench.go_on(name, ["yes"]) == "timeout"
        assert bench.asked == 2

    with asyncio.Runner(loop_factory=Clock) as runner:
        runner.run(work())


def test_a_pause_in_a_flow_whose_time_was_over_is_not_waited_for(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, timed("{include: slow, timeout: 1h}", "[{sleep: 2h}]"))
        run = bench.fn()
        task = asyncio.ensure_future(drive(run))
        await bench.recorded(run)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Clock)
        loop.ahead += 3600.0
        await task
        await run.aclose()
        assert await bench.go_on(run.name or "", ["yes"]) == "timeout"
        assert loop.ahead == 3600.0

    with asyncio.Runner(loop_factory=Clock) as runner:
        runner.run(work())


@pytest.mark.parametrize("step", ["call: slow", "include: slow", "parallel: {one: [{call: slow}]}"])
def test_a_timeout_that_is_gone_is_noticed(tmp_path: Path, step: str) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, timed(f"{{{step}, timeout: 1h}}"), OnBStalls())
        name = await bench.break_off()
        bench.fn = bench.of(timed(f"{{{step}}}"))
        with pytest.raises(JournalError, match="was ended by its `timeout` when it was recorded"):
            await bench.go_on(name, ["yes"])
        assert bench.asked == 2
        bench.model = Talker()
        bench.fn = bench.of(timed(f"{{{step}}}")).using(model=bench.model)
        with pytest.raises(FlowError, match="kind"):
            await bench.go_on(name, ["yes"], on_change="rerun")
        assert bench.model.heard()[-1] == ("user", "b")

    with asyncio.Runner(loop_factory=Clock) as runner:
        runner.run(work())


def test_failed_attempts_fail_again_without_being_made(tmp_path: Path) -> None:
    async def work() -> None:
        down = ModelError("down", kind="server", retryable=True)
        steps = "  - user: hi\n  - generate: {}\n    retry: {times: 2, wait: 1ms}\n  - input: Go on?\n"
        bench = Bench(tmp_path, steps, Talker(down, down, "there"))
        name = await bench.break_off()
        await bench.go_on(name, ["yes"])
        assert bench.asked == 3
        assert bench.places(name) == ["generate", "generate#2", "generate#3"]

    in_loop(work())


def test_a_failure_that_the_flow_caught_is_caught_again(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - user: hi\n  - try: [{generate: {retries: 0}}]\n"
            "    catch: [{set: {why: '{{ error.message }}'}}]\n"
            "  - input: Go on?\n  - return: '{{ why }}'\n"
        )
        bench = Bench(tmp_path, steps, Talker(ModelError("no key", kind="auth")))
        name = await bench.break_off()
        assert await bench.go_on(name, ["yes"]) == "no key"
        assert bench.asked == 1

    in_loop(work())


@pytest.mark.parametrize(
    "turn",
    [
        "  - generate: {retries: 0}\n",
        "  - parallel:\n      a: [{generate: {retries: 0}}]\n"
        "      b: [{user: b}, {generate: {retries: 0}}]\n",
    ],
    ids=["alone", "in a branch"],
)
def test_the_turn_that_failed_the_run_is_asked_again(tmp_path: Path, turn: str) -> None:
    async def work() -> None:
        steps = f"  - user: hi\n  - generate\n  - user: more\n{turn}"
        bench = Bench(tmp_path, steps, Talker("one", ModelError("down", kind="server")))
        run = bench.fn()
        with pytest.raises(ModelError, match="down"):
            await drive(run)
        assert bench.journal.run(run.name or "").status == "failed"
        asked = bench.asked
        await bench.go_on(run.name or "")
        assert bench.model.heard(0) == [("user", "hi")]
        assert bench.asked > asked
        assert bench.journal.run(run.name or "").status == "done"

    in_loop(work())


def test_a_call_that_was_going_on_is_named_and_made_again(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(
            tmp_path, "  - user: hi\n  - generate: {forward: false}\n    as: r\n  - return: '{{ r }}'\n"
        )
        name = await bench.stop_while_asking()
        warnings: list[str] = []
        again = bench.fn.resume(name).listen(
            lambda event: warnings.append(event.message) if event.kind == "warning" else None
        )
        assert (await again.run()).content == "reply 2"
        assert len(warnings) == 1
        assert "`generate` (flow.yaml:4)" in warnings[0]
        assert "paid twice" in warnings[0]

    in_loop(work())


def test_a_call_that_was_going_on_can_be_skipped(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - user: hi\n  - try: [{generate: {retries: 0}}]\n"
            "    catch: [{set: {why: '{{ error.kind }}'}}]\n"
            "  - return: '{{ why }}'\n"
        )
        bench = Bench(tmp_path, steps)
        name = await bench.stop_while_asking()
        assert await bench.go_on(name, unsure="skip") == "unsure"
        assert bench.asked == 1

    in_loop(work())


def test_an_edited_prompt_is_noticed_where_it_differs(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(
            tmp_path, "  - user: one\n  - generate\n  - user: two\n  - generate\n  - input: Go on?\n"
        )
        name = await bench.break_off()
        bench.fn = bench.of(
            "  - user: one\n  - generate\n\n  - user: other\n  - generate\n  - input: Go on?\n"
        )
        with pytest.raises(JournalError) as caught:
            await bench.go_on(name, ["yes"])
        assert "`generate[2]` (flow.yaml:7)" in caught.value.message
        assert "flow.yaml:6" in caught.value.message
        diff = caught.value.diff.splitlines()  # type: ignore[attr-defined]
        assert "-  two" in diff
        assert "+  other" in diff
        assert bench.asked == 2
        await bench.go_on(name, ["yes"], on_change="keep")
        assert bench.asked == 2

    in_loop(work())


def test_only_what_differs_is_asked_anew(tmp_path: Path) -> None:
    async def work() -> None:
        steps = "  - user: one\n  - generate\n  - user: two\n  - generate\n  - input: Go on?\n"
        bench = Bench(tmp_path, steps)
        name = await bench.break_off()
        bench.fn = bench.of(steps.replace("two", "other"))
        await bench.go_on(name, ["yes"], on_change="rerun")
        assert bench.asked == 3
        assert bench.model.heard()[-1] == ("user", "other")

    in_loop(work())


def test_what_is_asked_anew_stays_where_it_was_in_the_record(tmp_path: Path) -> None:
    async def work() -> None:
        steps = "  - user: one\n  - generate\n  - user: two\n  - generate\n  - input: Go on?\n"
        bench = Bench(tmp_path, steps)
        name = await bench.break_off()
        before = [event.place for event in bench.journal.events(bench.journal.run(name))]
        bench.fn = bench.of(steps.replace("one", "other"))
        await bench.go_on(name, ["yes"], on_change="rerun")
        events = bench.journal.events(bench.journal.run(name))
        assert [event.place for event in events] == before == ["generate", "generate[2]", "input"]

    in_loop(work())


def test_a_step_that_is_new_is_noticed_before_it_is_paid(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: one\n  - generate: {}\n    id: last\n  - input: Go on?\n")
        name = await bench.break_off()
        bench.fn = bench.of(
            "  - user: zero\n  - generate: {}\n    id: first\n  - forget: {last: 2}\n  - user: one\n"
            "  - generate: {}\n    id: last\n  - input: Go on?\n"
        )
        with pytest.raises(JournalError, match="something new at `first`, before `last`"):
            await bench.go_on(name, ["yes"])
        assert bench.asked == 1

    in_loop(work())


def test_another_setting_is_noticed(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: one\n  - generate\n  - input: Go on?\n")
        name = await bench.break_off()
        bench.fn = bench.fn.configure({"temperature": 0.5})
        with pytest.raises(JournalError) as caught:
            await bench.go_on(name, ["yes"])
        assert '"temperature":0.5' in caught.value.diff  # type: ignore[attr-defined]

    in_loop(work())


def test_what_does_not_change_a_reply_is_no_change(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, LOOP)
        name = await bench.break_off()
        bench.fn = bench.of("  # a comment\n\n" + LOOP).configure({"timeout": "5s", "retries": 7})
        await bench.go_on(name, ["Ada"])
        assert bench.asked == 4

    in_loop(work())


def test_a_run_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, LOOP)
        run = bench.fn()
        await run.run()
        with pytest.raises(JournalError, match="going on now, in process"):
            bench.fn.resume(run.name or "")
        await run.aclose()
        await bench.go_on(run.name or "", ["Ada"])

    in_loop(work())


def test_a_run_that_is_not_there_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LOOP)
    for name in ("nothing", "00000000", "../etc"):
        with pytest.raises(UsageError, match="there is no run"):
            bench.fn.resume(name)


def test_a_question_keeps_its_deadline(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - input: Who?\n    timeout: 1h\n    default: nobody\n    as: who\n  - return: '{{ who }}'\n"
        )
        bench = Bench(tmp_path, steps)
        name = await bench.break_off()
        bench.journal.write([("update event set began = began - 4000", ())])
        assert await bench.go_on(name, ["Ada"]) == "nobody"

    in_loop(work())


def test_a_reply_of_odd_characters_comes_back_as_it_was(tmp_path: Path) -> None:
    async def work() -> None:
        odd = "a\ud800b\0c\u2028é🙂"
        steps = (
            "  - user: hi\n  - generate: {forward: false}\n    as: r\n"
            "  - input: Go on?\n  - return: '{{ r }}'\n"
        )
        bench = Bench(tmp_path, steps, Talker(odd))
        name = await bench.break_off()
        assert await bench.go_on(name, ["yes"]) == odd

    in_loop(work())


def test_checked_data_is_checked_again_and_not_asked_again(tmp_path: Path) -> None:
    async def work() -> None:
        steps = (
            "  - user: hi\n  - generate: {output: {n: integer}}\n    as: data\n"
            "  - input: Go on?\n  - return: '{{ data.n }}'\n"
        )
        bench = Bench(tmp_path, steps, Talker("no json", json.dumps({"n": 7})))
        name = await bench.break_off()
        assert await bench.go_on(name, ["yes"]) == 7
        assert bench.asked == 2

    in_loop(work())


def test_a_failure_of_the_flow_itself_fails_again(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: hi\n  - generate\n  - assert: 1 == 2\n")
        run = bench.fn()
        with pytest.raises(FlowError):
            await drive(run)
        with pytest.raises(FlowError):
            await bench.go_on(run.name or "")
        assert bench.asked == 1

    in_loop(work())


def test_a_function_without_a_journal_resumes_nothing(tmp_path: Path) -> None:
    from turbo_yaml.compiler.edge import loads

    with pytest.raises(UsageError, match="no journal"):
        loads("turbo: 1\nsteps: [{log: hi}]").resume("abcdefgh")
    Journal(tmp_path).close()
