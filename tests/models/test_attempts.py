"""What fails at the server to the attempts that a flow makes, the error its author sees, the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, environ, folder, process, turbo
from tests.models.test_broken_wire import CASES, Row
from tests.server import Answer, Server, ThreadServer
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import KINDS
from turbo_yaml.runtime.function import TurboGenFn

__all__ = ["environ", "folder", "process", "turbo"]
MODEL_FAILED = 3
"""The exit code of every failure of a model."""

# Each status that HTTP, or a server or proxy in use, gives a meaning; and the kind of failure that it is.
STATUSES: dict[str, list[int]] = {
    "bad_request": [400, 406, 407, 411, 412, 413, 414, 415, 416, 417, 418, 422, 424, 426, 428, 431, 501, 505],
    "auth": [401, 403, 498],
    "quota": [402],
    "not_found": [404, 405, 410],
    "timeout": [408],
    "rate_limit": [429],
    "content_filter": [451],
    "connection": [511],
    "server": [
        *(409, 421, 423, 425, 499, 500, 502, 503, 504, 506, 507, 508, 510),
        *(520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 598, 599),
    ],
}
TABLE = [(status, kind) for kind, statuses in STATUSES.items() for status in statuses]


class Desk:
    """A server that answers all in one way, and a flow that asks it up to three times without a wait."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.answer: Any = None
        self.server = Server(lambda _: self.answer)
        self.runner.run(self.server.__aenter__())
        text = "turbo: 1\nsteps:\n  - user: Hi\n  - generate:\n    id: ask\n    retry: {times: 2, wait: 0}\n"
        acme = {"base_url": self.server.url, "api_key_env": None}
        self.fn = loads(text, name="a.yaml").configure({"model": "acme/m", "providers": {"acme": acme}})

    def close(self) -> None:
        self.runner.run(self.fn.aclose())
        self.runner.run(self.server.__aexit__(None, None, None))
        self.runner.close()

    def failed(self, answer: Answer, streamed: bool, timeout: float = 3.0) -> tuple[int, ModelError]:
        """Return how often the server was asked, and the error in the end."""
        self.answer, before = answer, len(self.server.received)
        fn = self.fn.configure({"timeout": timeout, "stream": streamed})
        error = self.runner.run(_failure(fn))
        assert all(bool(asked.data.get("stream")) == streamed for asked in self.server.received[before:])
        return len(self.server.received) - before, error


async def _failure(fn: TurboGenFn) -> ModelError:
    run = fn()
    try:
        with pytest.raises(ModelError) as caught:
            await run.run()
    finally:
        await run.aclose()
    return caught.value


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(("status", "kind"), TABLE)
def test_each_status_is_tried_as_often_as_its_kind_is_worth(
    desk: Desk, status: int, kind: str, streamed: bool
) -> None:
    attempts, error = desk.failed(Answer(status=status, body={"detail": "so it is"}), streamed)
    assert attempts == (3 if KINDS[kind].retryable else 1)
    assert (error.kind, error.status, error.exit_code) == (kind, status, MODEL_FAILED)
    assert error.message == f"`acme` answered {status}: so it is"
    assert error.hint and error.step == "ask"
    assert error.source is not None and error.span is not None


def test_the_table_has_every_kind_that_a_status_can_be() -> None:
    assert STATUSES.keys() == KINDS.keys() - {
        *(
            "context_length",
            "unsupported",
            "stream",
            "bad_reply",
            "configuration",
        ),  # told in words, or not by a server
    }


def test_a_status_without_a_meaning_is_the_fault_of_whose_hundred_it_is_in(desk: Desk) -> None:
    told = {status for status, _ in TABLE}
    for status in {419, 430, 444, 460, 499, 509, 555, 561, 599} - told:
        attempts, error = desk.failed(Answer(status=status, body=""), False)
        assert (attempts, error.kind) == ((3, "server") if status >= 500 else (1, "bad_request"))


@pytest.mark.parametrize(("row", "streamed"), CASES)
def test_each_fault_of_the_wire_is_tried_as_often_as_it_is_worth(
    desk: Desk, row: Row, streamed: bool
) -> None:
    attempts, error = desk.failed(row.answer, streamed, 3.0 if row.timeout >= 1 else 0.1)
    assert attempts == (3 if row.retryable else 1)
    assert (error.kind, error.exit_code, error.step) == (row.kind, MODEL_FAILED, "ask")


STAGES = {False: (-1, 0, 1, 3), True: (-1, 0, 1, 2, 3)}
"""After how many writes it breaks: before the head, before the body, in it; up to the last piece."""


@pytest.mark.parametrize("fault", ["close", "reset", "stall", "end"])
@pytest.mark.parametrize(
    ("streamed", "stage"), [(streamed, stage) for streamed in STAGES for stage in STAGES[streamed]]
)
def test_an_answer_that_breaks_off_at_any_stage_is_no_answer(
    desk: Desk, fault: Any, streamed: bool, stage: int
) -> None:
    if fault == "end" and stage < 0:
        return  # there is nothing to end yet
    cut = None if streamed else 40
    attempts, error = desk.failed(Answer(fault=fault, after=stage, cut=cut), streamed, 0.1)
    kind = {"stall": "timeout", "end": "stream" if streamed and stage else "bad_reply"}.get(
        fault, "connection"
    )
    assert (error.kind, error.exit_code, error.step) == (kind, MODEL_FAILED, "ask"), error
    # A body that ends early is JSON that is broken for good; one that has not begun may come the next time.
    assert attempts == (1 if fault == "end" and not streamed and stage else 3)


@pytest.mark.parametrize(("wish", "attempts"), [("0", 3), ("121", 1), ("86400", 1)])
def test_a_server_that_wants_a_long_wait_is_not_waited_for(desk: Desk, wish: str, attempts: int) -> None:
    fn, desk.fn = desk.fn, desk.fn.configure({"model": f"acme/held-{wish}"})  # limits are by model
    try:
        made, error = desk.failed(Answer(status=429, headers={"retry-after": wish}), False)
    finally:
        desk.fn = fn
    assert (made, error.kind, error.retry_after) == (attempts, "rate_limit", float(wish))


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_that_forbids_another_try_is_asked_once(desk: Desk, status: int) -> None:
    answer = Answer(status=status, headers={"x-should-retry": "false"}, body={"detail": "no"})
    assert desk.failed(answer, False)[0] == 1


# The command ------------------------------------------------------------------------------------------

FLOW = "turbo: 1\nsteps:\n  - user: Hi\n  - generate:\n    retry: {times: 1, wait: 0}\n"


def words(server: ThreadServer, *more: str) -> list[str]:
    at = [f"providers.acme.base_url={server.url}", "providers.acme.api_key_env=null"]
    return ["run", "a.yaml", "-m", "acme/m", "--no-journal", "--set", at[0], "--set", at[1], *more]


@pytest.mark.parametrize("form", ["", "--json", "--jsonl"])
@pytest.mark.parametrize("kind", STATUSES)
def test_the_command_says_what_failed_where_and_ends_with_3(
    turbo: Callable[..., Done], folder: Path, kind: str, form: str
) -> None:
    (folder / "a.yaml").write_text(FLOW)
    status = STATUSES[kind][0]
    answers = [Answer(status=status, body={"detail": "so it is"})] * 2
    with ThreadServer(answers) as server:
        done = turbo(*words(server, *([form] if form else [])))
        attempts = len(server.received)
    assert done.code == MODEL_FAILED
    assert attempts == (2 if KINDS[kind].retryable else 1)
    assert f"error[{kind}]: `acme` answered {status}: so it is" in done.err
    assert "--> a.yaml:4:" in done.err and "= help: " in done.err
    assert ("attempt 1 failed" in done.err) == (attempts == 2 and form != "--jsonl")
    assert (f'"kind": "{kind}"' in done.out) == (form == "--jsonl")
    assert form == "--jsonl" or not done.out


def test_a_process_ends_with_3_as_well(process: Callable[..., Done], folder: Path) -> None:
    (folder / "a.yaml").write_text(FLOW)
    with ThreadServer([Answer(status=503), Answer(fault="reset", after=2)]) as server:
        done = process(*words(server, "--jsonl"))
        assert len(server.received) == 2
    assert done.code == MODEL_FAILED
    assert "error[connection]: `acme` broke the connection off" in done.err
