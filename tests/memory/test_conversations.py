"""Conversations that outlive their process: all of it, for one run at a time."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Done, environ, folder, process, turbo
from tests.language.leaks import open_files
from tests.runtime.talking import Talker, in_loop, play
from tests.server import ThreadServer
from turbo_yaml import SqliteMemory, loads
from turbo_yaml.errors import JournalError, UsageError
from turbo_yaml.memory.conversations import FILE, said_in
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.models.request import Reply
from turbo_yaml.protocol import Assistant, Message, System, ToolCall, ToolResult, Usage, User

__all__ = ["environ", "folder", "process", "turbo"]
CALL = Assistant("", tool_calls=(ToolCall("c", "find", "{}"),))
SAID: list[Message] = [
    System("Be brief."),
    User([{"text": "look"}, {"image": "data:image/png;base64,AA=="}], label="look", sticky="bottom"),
    CALL,
    ToolResult("7", name="find", tool_call_id="c"),
    Assistant("it is é", usage=Usage(3, 2, 0.5, 1), finish_reason="stop", model="m", value={"n": 7}),
]


async def taken(path: Path, name: str = "ada", **options: Any) -> SqliteMemory:
    memory = SqliteMemory(name, path, **options)
    await memory.setup()
    return memory


@pytest.mark.parametrize(
    ("column", "damage"),
    [
        ("message set data", b"{"),
        ("message set data", b'{"role": "nobody"}'),
        ("message set data", b"[1]"),
        ("message set data", b"\xff"),
        ("conversation set state", b"{"),
        ("conversation set state", b"[1]"),
        ("conversation set state", b"\xff"),
    ],
)
def test_a_conversation_that_is_damaged_is_told_of(column: str, damage: bytes, tmp_path: Path) -> None:
    async def work() -> None:
        first = await taken(tmp_path)
        await first.extend(SAID)
        await first.release()
        with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
            db.execute(f"update {column} = cast(? as text)", (damage,))
        with pytest.raises(JournalError, match="cannot be used"):
            await taken(tmp_path)
        with pytest.raises(JournalError, match="cannot be used"):
            said_in(tmp_path, "ada")

    in_loop(work())


def test_halves_of_characters_are_kept_as_they_were_said(tmp_path: Path) -> None:
    async def work() -> None:
        first = await taken(tmp_path)
        said = [User("a \ud800"), Assistant("b \udfff", value={"\udc00": 1})]
        await first.extend(said)
        await first.set_state({"c": "\ud800"})
        await first.release()
        again = await taken(tmp_path)
        assert (await again.get(), await again.get_state()) == (said, {"c": "\ud800"})
        await again.release()

    in_loop(work())


def test_all_that_was_said_and_remembered_is_there_again(tmp_path: Path) -> None:
    async def work() -> None:
        first = await taken(tmp_path)
        await first.extend(SAID)
        await first.set_state({"city": "Rome", "n": [1]})
        await first.set_state({"n": 2}, merge=True)
        await first.release()
        again = await taken(tmp_path)
        assert await again.get() == SAID
        assert await again.get_state() == {"city": "Rome", "n": 2}
        other = await taken(tmp_path, "ben")
        assert await other.get() == [] and await other.get_state() == {}
        await again.release()
        await other.release()

    in_loop(work())


said = st.sampled_from(SAID[:2] + SAID[4:])
acts = st.one_of(
    st.tuples(st.just("say"), st.lists(said, max_size=3)),
    st.tuples(st.just("call"), st.just([SAID[2], SAID[3]])),
    st.tuples(st.just("forget"), st.sampled_from([{}, {"last": 1}, {"last": 3}, {"label": "look"}])),
    st.tuples(st.just("again"), st.none()),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(acts, max_size=8))
def test_it_is_a_local_memory_that_is_kept(done: list[tuple[str, Any]]) -> None:
    async def work(path: Path) -> None:
        local, kept = LocalMemory(), await taken(path)
        for act, what in done:
            if act == "again":
                await kept.release()
                kept = await taken(path)
            elif act == "forget":
                await local.forget(**what)
                await kept.forget(**what)
            else:
                await local.extend(what)
                await kept.extend(what)
            assert await kept.get() == await local.get()
            assert await kept.prepare_prompt() == await local.prepare_prompt()
        await kept.release()
        again = await taken(path)
        assert await again.get() == await local.get()
        await again.release()

    with TemporaryDirectory() as path:
        asyncio.run(work(Path(path)))


def test_calls_and_their_results_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    async def work() -> None:
        memory = await taken(tmp_path)
        await memory.append(User("Hi"))
        with sqlite3.connect(tmp_path / FILE) as db:
            db.execute(
                "create trigger full before insert on message when new.data like '%\"tool\"%' "
                "begin select raise(abort, 'the disk is full'); end"
            )
        db.close()
        with pytest.raises(JournalError, match="the disk is full"):
            await memory.extend(SAID[2:4])
        assert await memory.get() == [User("Hi")]
        await memory.release()
        again = await taken(tmp_path)
        assert await again.get() == [User("Hi")]
        await again.release()

    in_loop(work())


def test_only_the_newest_are_sent_where_a_flow_says_so_and_a_fork_is_not_kept(tmp_path: Path) -> None:
    async def work() -> None:
        memory = await taken(tmp_path, max_tokens=12)
        await memory.extend([User("a" * 20), *SAID[2:4], User("b" * 12)])
        assert await memory.prepare_prompt() == [User("b" * 12)]
        fork = await memory.fork()
        await fork.append(User("aside"))
        assert len(await fork.prepare_prompt()) <= 2
        assert len(await memory.get()) == 4
        await memory.release()

    in_loop(work())


def test_one_run_at_a_time_goes_on_with_it(tmp_path: Path) -> None:
    async def work() -> None:
        fn = loads("turbo: 1\nsteps:\n  - {input: Who?, as: who}\n  - user: '{{ who }}'\n  - generate\n")
        fn = fn.using(model=Talker())
        first = fn(memory=SqliteMemory("ada", tmp_path))
        await first.run()
        with pytest.raises(UsageError, match=f"going on now, in process {os.getpid()}"):
            await fn(memory=SqliteMemory("ada", tmp_path)).run()
        await first.run("Ada")
        assert not (await first.run()).needs_input and first.done
        second = fn(memory=SqliteMemory("ada", tmp_path))
        await second.run()
        assert [message.content for message in await second.memory.get()] == [
            "Who?",
            "Ada",
            "reply 1",
            "Who?",
        ]
        await second.aclose()
        third = fn(memory=SqliteMemory("ada", tmp_path))
        await third.run()
        await third.aclose()

    in_loop(work())


def test_a_process_that_was_killed_holds_nobody_up(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, os\nfrom turbo_yaml import SqliteMemory, User\n"
        "async def main():\n    m = SqliteMemory('ada', sys.argv[1])\n    await m.setup()\n"
        "    await m.append(User('Hi'))\n    print('ready', flush=True)\n"
        "    sys.stdin.read()\n    os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "ready\n"

        async def refused() -> None:
            with pytest.raises(UsageError, match=f"in process {other.pid}"):
                await taken(tmp_path)

        in_loop(refused())
        other.kill()
        other.wait()

    async def work() -> None:
        memory = await taken(tmp_path)
        assert await memory.get() == [User("Hi")]
        await memory.release()

    in_loop(work())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what is open is read from /proc")
def test_a_conversation_that_is_refused_or_forgotten_is_not_left_open(tmp_path: Path) -> None:
    def opened() -> list[str]:
        return [path for path in open_files() if path.startswith(str(tmp_path))]

    async def work() -> None:
        first, second = await taken(tmp_path), SqliteMemory("ada", tmp_path)
        with pytest.raises(UsageError, match="going on now"):
            await second.setup()
        await first.release()
        assert opened() == [] and second.name == "ada"
        assert await (await taken(tmp_path)).get() == []

    in_loop(work())
    gc.collect()
    assert opened() == []


@pytest.mark.parametrize("name", ["", " a", "a\n", "x" * 101, "\x1b[31m"])
def test_what_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not the name of a conversation"):
        SqliteMemory(name, tmp_path)


def test_a_file_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    async def work() -> None:
        (tmp_path / FILE).write_text("this is no database, and long enough to be sure of that" * 20)
        with pytest.raises(JournalError, match="cannot be used: file is not a database"):
            await taken(tmp_path)

    in_loop(work())


def test_a_flow_whose_chat_goes_on_wants_a_name_and_its_tests_none(
    turbo: Callable[..., Done], folder: Path
) -> None:
    text = (
        "turbo: 1\nmemory: {kind: sqlite, max_tokens: 100}\nsteps:\n  - user: Hi\n  - generate\n"
        "tests: [{name: it is greeted, model: [Hello.], expect: [{result: Hello.}]}]\n"
    )
    (folder / "kept.yaml").write_text(text)
    assert turbo("check", "kept.yaml").code == 0
    assert turbo("test", "kept.yaml").code == 0
    done = turbo("run", "kept.yaml", "-m", "echo")
    assert done.code == 2 and "--conversation NAME" in done.err
    assert turbo("run", "kept.yaml", "-m", "echo", "--conversation", "a") == (0, "Hi\n", "")


def test_another_process_goes_on_with_a_conversation(process: Callable[..., Done], folder: Path) -> None:
    text = "turbo: 1\ninputs: {say: string}\nsteps:\n  - system: Be brief.\n"
    text += "  - user: '{{ say }}'\n  - generate\n"
    (folder / "chat.yaml").write_text(text)
    with ThreadServer(["Hello Ada.", "You are Ada."]) as server:
        words = [
            *("run", "chat.yaml", "-m", "acme/m", "--conversation", "ada"),
            *("--set", f"providers.acme.base_url={server.url}", "--set", "providers.acme.api_key_env=null"),
        ]
        assert process(*words, "-p", "say", "I am Ada.") == (0, "Hello Ada.\n", "")
        assert process(*words, "-p", "say", "Who am I?") == (0, "You are Ada.\n", "")
        asked = [each.data["messages"] for each in server.received]
    assert [message["content"] for message in asked[1]] == [
        "Be brief.",
        "I am Ada.",
        "Hello Ada.",
        "Who am I?",
    ]
    file = folder / ".state" / "turbo-yaml" / FILE
    assert file.stat().st_mode & 0o077 == 0


def test_tools_are_told_to_the_next_run_with_their_results(tmp_path: Path) -> None:
    async def work() -> None:
        text = (
            "turbo: 1\ntools: {find: {description: Find., with: {}, returns: string}}\n"
            "steps:\n  - user: Hi\n  - generate: {tools: [find]}\n"
        )
        model = Talker(Reply("", tool_calls=(ToolCall("c1", "find", "{}"),)), "found", "again")
        fn = loads(text).using(model=model, tools={"find": lambda: "seven"})
        await play(fn, memory=SqliteMemory("ada", tmp_path))
        await play(fn, memory=SqliteMemory("ada", tmp_path))
        assert [role for role, _ in model.heard()] == ["user", "assistant", "tool", "assistant", "user"]

    in_loop(work())


# From outside -------------------------------------------------------------------------------------------

SECRET = "the-cat-sleeps-on-the-blue-sofa"


async def kept_in(path: Path, **chats: list[Message]) -> None:
    for name, messages in chats.items():
        memory = await taken(path, name)
        await memory.extend(messages)
        await memory.set_state({"city": "Rome"})
        await memory.release()


def test_conversations_are_listed_the_one_used_last_first(turbo: Callable[..., Done], tmp_path: Path) -> None:
    asyncio.run(kept_in(tmp_path / "s", ada=SAID, ben=SAID[:1], cyd=[]))
    lines = turbo("conversations", "--state", "s").out.splitlines()
    assert [(line.split()[0], line.split("  ")[-1]) for line in lines] == [
        ("cyd", "0 messages"),
        ("ben", "1 message"),
        ("ada", "5 messages"),
    ]
    assert turbo("conversations", "list", "-n", "1", "--state", "s").out.startswith("cyd")
    assert turbo("conversations", "list", "--since", "1h", "--state", "s").out.count("\n") == 3
    (first, *_) = json.loads(turbo("conversations", "--json", "--state", "s").out)
    assert first["name"] == "cyd" and first["process"] is None and first["began"] <= first["used"]


def test_where_nothing_is_kept_nothing_is_made(turbo: Callable[..., Done], folder: Path) -> None:
    assert turbo("conversations", "--state", "s") == (0, "", "")
    done = turbo("conversations", "show", "ada", "--state", "s")
    assert done.code == 2 and "there is no conversation `ada`" in done.err
    assert turbo("conversations", "rm", "ada", "--state", "s").code == 2
    assert turbo("conversations", "rm", "--all", "--state", "s") == (0, "", "deleted 0 conversations\n")
    assert not (folder / "s").exists()


def test_a_conversation_is_shown_with_its_calls_and_what_is_remembered(
    turbo: Callable[..., Done], tmp_path: Path
) -> None:
    asyncio.run(kept_in(tmp_path / "s", ada=[*SAID[:1], User("two\nlines"), *SAID[2:]]))
    assert turbo("conversations", "show", "ada", "--state", "s").out.splitlines() == [
        "system: Be brief.",
        "user: two",
        "  lines",
        "assistant:",
        "  → find {}",
        "tool: 7",
        "assistant: it is é",
        'remembered: {"city": "Rome"}',
    ]
    data = json.loads(turbo("conversations", "show", "ada", "--json", "--state", "s").out)
    assert data["remembered"] == {"city": "Rome"} and data["messages"][4]["content"] == "it is é"


def test_conversations_are_copied_as_lines_of_json(turbo: Callable[..., Done], tmp_path: Path) -> None:
    asyncio.run(kept_in(tmp_path / "s", ada=SAID, ben=SAID[:1]))
    done = turbo("conversations", "export", "--state", "s")
    assert [json.loads(line)["conversation"] for line in done.out.splitlines()] == ["ben", "ada"]
    one = json.loads(turbo("conversations", "export", "ada", "--state", "s").out)
    assert [message["role"] for message in one["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_what_is_deleted_is_in_no_file_any_more(turbo: Callable[..., Done], tmp_path: Path) -> None:
    long = [User(f"{SECRET} {number} " + "x" * 3000) for number in range(50)]
    asyncio.run(kept_in(tmp_path / "s", ada=long, ben=SAID))
    held = sqlite3.connect(tmp_path / "s" / FILE)  # somebody looks on: the log beside the file stays
    held.execute("select count(*) from message").fetchall()
    assert any(SECRET.encode() in path.read_bytes() for path in (tmp_path / "s").glob("*db*"))
    assert turbo("conversations", "rm", "ada", "--state", "s").err == "deleted 1 conversation\n"
    for path in (tmp_path / "s").rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    held.close()
    assert turbo("conversations", "--state", "s").out.startswith("ben")


def test_none_is_deleted_where_one_is_unknown_or_going_on(turbo: Callable[..., Done], tmp_path: Path) -> None:
    asyncio.run(kept_in(tmp_path / "s", ada=SAID, ben=SAID))
    held = asyncio.run(taken(tmp_path / "s", "ben"))
    assert "no conversation `cyd`" in turbo("conversations", "rm", "ada", "cyd", "--state", "s").err
    done = turbo("conversations", "rm", "ada", "ben", "--state", "s")
    assert done.code == 2 and f"`ben` is going on now, in process {os.getpid()}" in done.err
    lines = turbo("conversations", "--state", "s").out.splitlines()
    assert [line.endswith("  going on now") for line in lines] == [True, False]
    assert turbo("conversations", "rm", "--state", "s").code == 2
    assert turbo("conversations", "rm", "--all", "--state", "s").err == "deleted 1 conversation\n"
    asyncio.run(held.release())
    assert turbo("conversations", "rm", "--before", "1h", "--state", "s").err == "deleted 0 conversations\n"
    assert turbo("conversations", "rm", "--all", "--state", "s").err == "deleted 1 conversation\n"


def test_the_recorded_runs_of_a_conversation_are_deleted_with_it(
    turbo: Callable[..., Done], folder: Path
) -> None:
    (folder / "a.yaml").write_text(
        "turbo: 1\ninputs: {say: string}\nsteps:\n  - user: '{{ say }}'\n  - generate\n"
    )
    for name, words in (("ada", SECRET), ("ada", "more"), ("ben", "other")):
        said = ["run", "a.yaml", "-m", "echo", "-p", "say", words, "--conversation", name]
        assert turbo(*said, "--journal", "--state", "s").code == 0
    done = turbo("conversations", "rm", "ada", "--state", "s")
    assert done.err == "deleted 1 conversation and 2 recorded runs\n"
    for path in (folder / "s").rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    assert turbo("runs", "--state", "s").out.count("\n") == 1
