"""`run`: what is printed where, what is read from where, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Turbo = Callable[..., tuple[int, str, str]]


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


# What is printed ---------------------------------------------------------------------------------------


def test_only_the_answer_is_on_standard_output(turbo: Turbo) -> None:
    assert turbo("run", "hello.yaml", "-m", "echo", "-p", "name", "Ada") == (0, "Hello Ada, 1\n", "")


def test_run_may_be_left_out(turbo: Turbo) -> None:
    assert turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada")[1] == "Hello Ada, 1\n"
    assert turbo("-m", "echo", "-p", "name", "Ada", "hello.yaml")[1] == "Hello Ada, 1\n"


def test_data_is_printed_as_json_and_a_log_goes_to_standard_error(turbo: Turbo) -> None:
    assert turbo("chatty.yaml", "-m", "echo") == (0, '{\n  "answer": 42\n}\n', "between\n")


def test_a_flow_without_an_outcome_prints_nothing(turbo: Turbo, folder: Path) -> None:
    flow = write(folder, "silent.yaml", "turbo: 1\nsteps:\n  - set: {a: 1}\n")
    assert turbo(flow) == (0, "", "")


def test_a_flow_that_never_lets_the_model_answer_says_so(turbo: Turbo, folder: Path) -> None:
    told = "the flow says something and never lets the model answer: that is what `generate` does\n"
    flow = write(folder, "silent.yaml", "turbo: 1\nsteps:\n  - user: Hi\n")
    assert turbo(flow) == (0, "", told)
    assert turbo(flow, "--json")[2] == ""


@pytest.mark.parametrize("words", [("-p", "name=Ada"), ("-p", "name=Ada", "-m", "echo")])
def test_an_input_whose_name_and_value_are_one_word_is_told_how_to_write_it(
    words: tuple[str, ...], turbo: Turbo
) -> None:
    code, out, err = turbo("run", "hello.yaml", "-m", "echo", *words)
    assert (code, out) == (2, "")
    assert err.endswith("= help: the name of an input and its value are two words: `-p name VALUE`\n")


def test_piped_text_of_a_model_is_passed_as_it_is(turbo: Turbo) -> None:
    code, out, _ = turbo("hello.yaml", "-m", "echo", "-p", "name", "\x1b[31m\u202e")
    assert (code, out) == (0, "Hello \x1b[31m\u202e, 1\n")


def test_json_holds_result_messages_usage_and_steps(turbo: Turbo) -> None:
    code, out, err = turbo("hello.yaml", "-m", "echo", "-p", "name", "\x1b\u202eé", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    said = "Hello \x1b\u202eé, 1"
    assert data["result"] == said
    assert data["messages"] == [
        {"role": "system", "content": "You greet people."},
        {"role": "user", "content": said},
        {"role": "assistant", "content": said},
    ]
    assert set(data["usage"]) == {"input_tokens", "output_tokens", "cost"}
    assert data["steps"] == {"messages": 2, "turns": 1, "inputs": 0, "results": 0, "tools": 0}
    assert "\\u202eé" in out and "\x1b" not in out


def test_jsonl_is_one_event_a_line_and_ends_with_the_outcome(turbo: Turbo) -> None:
    code, out, _ = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "--jsonl")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [event["event"] for event in events if event["event"] != "delta"] == [
        "message",
        "message",
        "message",
        "result",
        "done",
    ]
    assert "".join(event["text"] for event in events if event["event"] == "delta") == "Hello Ada, 1"
    assert events[-1]["outcome"] == "Hello Ada, 1"


def test_jsonl_ends_with_the_error_and_its_place_where_the_flow_fails(turbo: Turbo, folder: Path) -> None:
    flow = write(folder, "bad.yaml", "turbo: 1\nsteps:\n  - set: {n: 0}\n  - user: '{{ 1 // n }}'\n")
    code, out, _ = turbo(flow, "--jsonl")
    last = json.loads(out.splitlines()[-1])
    assert code == 1
    assert (last["event"], last["file"], last["line"]) == ("error", "bad.yaml", 4)


def test_no_stream_gives_no_pieces(turbo: Turbo) -> None:
    _, out, _ = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "--jsonl", "--no-stream")
    assert '"delta"' not in out and '"done"' in out


def test_usage_is_told_on_standard_error(turbo: Turbo, folder: Path) -> None:
    script = "script: [{content: Hi, usage: {input_tokens: 12, output_tokens: 3}}]\n"
    settings = write(folder, "script.yaml", script)
    done = turbo("hello.yaml", "-m", "script", "--settings", settings, "-p", "name", "Ada", "-u")
    assert done == (0, "Hi\n", "tokens: 12 input, 3 output; 1 model turn; cost: $0.00\n")


# What is read ------------------------------------------------------------------------------------------


def test_an_input_is_read_by_its_type(turbo: Turbo) -> None:
    words = ("hello.yaml", "-m", "echo", "-p", "name", "0123", "-p", "times")
    assert turbo(*words, "3")[1] == "Hello 0123, 3\n"
    code, out, err = turbo(*words, "three")
    assert (code, out) == (2, "")
    assert "times" in err and "three" in err and "integer" in err


def test_an_input_can_be_a_file(turbo: Turbo, folder: Path) -> None:
    write(folder, "who.txt", "Ada\nLovelace\n")
    assert turbo("hello.yaml", "-m", "echo", "-p", "name", "@who.txt")[1] == "Hello Ada\nLovelace, 1\n"
    assert turbo("hello.yaml", "-m", "echo", "-p", "name", "@@who.txt")[1] == "Hello @who.txt, 1\n"
    code, _, err = turbo("hello.yaml", "-p", "name", "@nobody.txt")
    assert (code, "nobody.txt" in err) == (2, True)


@pytest.mark.parametrize(
    ("name", "text"), [("in.json", '{"name": "Ada", "times": 2}'), ("in.yaml", "name: Ada\ntimes: 2\n")]
)
def test_inputs_come_from_a_file_and_the_command_line_is_stronger(
    turbo: Turbo, folder: Path, name: str, text: str
) -> None:
    write(folder, name, text)
    assert turbo("hello.yaml", "-m", "echo", "--params", name)[1] == "Hello Ada, 2\n"
    assert turbo("hello.yaml", "-m", "echo", "-p", "times", "5", "--params", name)[1] == "Hello Ada, 5\n"


def test_a_mistake_in_a_file_of_inputs_is_shown_in_its_place(turbo: Turbo, folder: Path) -> None:
    write(folder, "in.yaml", "name: [Ada\n")
    code, _, err = turbo("hello.yaml", "-m", "echo", "--params", "in.yaml")
    assert code == 2
    assert "--> in.yaml:" in err
    write(folder, "list.yaml", "- Ada\n")
    assert "mapping" in turbo("hello.yaml", "--params", "list.yaml")[2]


def test_a_missing_input_is_named_with_the_way_to_give_it(turbo: Turbo) -> None:
    code, out, err = turbo("hello.yaml", "-m", "echo")
    assert (code, out) == (2, "")
    assert "`name` is missing" in err and "-p name VALUE" in err


def test_an_unknown_input_is_answered_with_the_nearest_one(turbo: Turbo) -> None:
    code, _, err = turbo("hello.yaml", "-m", "echo", "-p", "nmae", "Ada", "-p", "name", "Ada")
    assert code == 2
    assert "nmae" in err and "`name`" in err


def test_every_input_that_is_wrong_is_named_at_once(turbo: Turbo, folder: Path) -> None:
    head = "turbo: 1\ninputs: {tone: {enum: [warm, dry]}, n: integer}\n"
    (folder / "tone.yaml").write_text(head + "steps: [{result: '{{ tone }}{{ n }}'}]\n")
    code, out, err = turbo("run", "tone.yaml", "-p", "tone", "wram", "-p", "n", "x", "-p", "nope", "1")
    assert (code, out) == (2, "")
    assert '"wram" is not `warm` or `dry`; n: "x" is not an integer; there is no input `nope`' in err
    assert "did you mean `warm`?" in err


def test_piped_text_is_the_first_required_text_without_a_value(turbo: Turbo) -> None:
    assert turbo("hello.yaml", "-m", "echo", piped="Ada\n")[1] == "Hello Ada, 1\n"


def test_piped_text_is_the_input_that_names_it(turbo: Turbo) -> None:
    done = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "-p", "times", "-", piped="7\n")
    assert done[1] == "Hello Ada, 7\n"
    assert turbo("hello.yaml", "-m", "echo", "-p", "name", "-")[0] == 2


def test_piped_text_answers_the_first_question_as_a_whole(turbo: Turbo) -> None:
    done = turbo("ask.yaml", "--reply", "red", piped="Ada\nLovelace\n")
    assert done == (0, "Ada\nLovelace likes red\n", "")


def test_piped_bytes_that_are_no_text_are_refused(turbo: Turbo) -> None:
    code, _, err = turbo("hello.yaml", "-m", "echo", piped=b"\xff\xfe")
    assert (code, "UTF-8" in err) == (2, True)


def test_a_flow_can_come_from_standard_input(turbo: Turbo, folder: Path) -> None:
    flow = (folder / "hello.yaml").read_text(encoding="utf-8")
    assert turbo("run", "-", "-m", "echo", "-p", "name", "Ada", piped=flow)[1] == "Hello Ada, 1\n"
    code, _, err = turbo("-", piped="turbo: 1\nsteps:\n  - usr: x\n")
    assert (code, "--> <stdin>:3:5" in err) == (2, True)


def test_a_system_message_of_the_command_line_stands_before_the_flows_own(turbo: Turbo) -> None:
    _, out, _ = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "-s", "Be brief.", "--json")
    contents = [message["content"] for message in json.loads(out)["messages"]]
    assert contents[:2] == ["Be brief.", "You greet people."]


# Questions ---------------------------------------------------------------------------------------------


def test_replies_answer_the_questions_in_order(turbo: Turbo) -> None:
    assert turbo("ask.yaml", "--reply", "green", "--reply", "Ada") == (0, "Ada likes green\n", "")


def test_a_question_that_nothing_answers_is_shown_in_its_place(turbo: Turbo) -> None:
    code, out, err = turbo("ask.yaml", "--reply", "green")
    assert (code, out) == (2, "")
    assert "And your name?" in err
    assert "--> ask.yaml:6:" in err
    assert "--reply" in err


def test_a_reply_that_does_not_fit_fails_at_its_question(turbo: Turbo) -> None:
    code, _, err = turbo("ask.yaml", "--reply", "blue", "--reply", "Ada")
    assert code == 2
    assert '"blue" is not `red` or `green`' in err
    assert "--> ask.yaml:3:" in err


def test_a_question_with_a_default_needs_no_answer(turbo: Turbo, folder: Path) -> None:
    flow = write(
        folder,
        "default.yaml",
        "turbo: 1\nsteps:\n  - {input: Who?, default: Bo, as: who}\n  - result: '{{ who }}'\n",
    )
    assert turbo(flow) == (0, "Bo\n", "")


def test_replies_that_no_question_took_are_told(turbo: Turbo) -> None:
    done = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "--reply", "x")
    assert done == (0, "Hello Ada, 1\n", "warning: 1 reply was not asked for\n")


# Settings ----------------------------------------------------------------------------------------------


def test_the_flags_count_from_left_to_right(turbo: Turbo, folder: Path) -> None:
    write(folder, "one.yaml", "script: [from the file]\nmodel: script\n")
    name = ("-p", "name", "Ada")
    assert turbo("hello.yaml", *name, "-m", "echo", "--settings", "one.yaml")[1] == "from the file\n"
    assert turbo("hello.yaml", *name, "--settings", "one.yaml", "-m", "echo")[1] == "Hello Ada, 1\n"
    assert turbo("hello.yaml", *name, "--settings", "one.yaml", "--set", "script=[b]")[1] == "b\n"


def test_a_model_of_the_command_line_wins_over_the_flows_provider(turbo: Turbo, folder: Path) -> None:
    flow = write(
        folder,
        "own.yaml",
        "turbo: 1\nsettings: {provider: openai, model: gpt-4o-mini}\nsteps:\n  - user: hi\n  - generate\n",
    )
    assert turbo(flow, "-m", "echo")[:2] == (0, "hi\n")


def test_files_environment_and_profiles_are_heard(
    turbo: Turbo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ("-p", "name", "Ada")
    write(folder, "turbo.yaml", "model: script\nscript: [project]\nprofiles:\n  loud: {script: [LOUD]}\n")
    assert turbo("hello.yaml", *name)[1] == "project\n"
    assert turbo("hello.yaml", *name, "--profile", "loud")[1] == "LOUD\n"
    monkeypatch.setenv("TURBO_YAML__MODEL", "echo")
    assert turbo("hello.yaml", *name)[1] == "Hello Ada, 1\n"
    assert turbo("hello.yaml", *name, "--profile", "lod")[0] == 2


def test_a_misspelt_setting_is_shown_where_it_was_written(turbo: Turbo) -> None:
    code, _, err = turbo("hello.yaml", "-o", "temprature", "0", "-p", "name", "Ada")
    assert code == 2
    assert "`temperature`" in err
    assert "temprature" in err


# Failures ----------------------------------------------------------------------------------------------


def test_a_bad_flow_shows_every_mistake_and_runs_nothing(turbo: Turbo, folder: Path) -> None:
    flow = write(
        folder, "bad.yaml", "turbo: 1\nsteps:\n  - log: started\n  - usr: x\n  - generate: {modle: a}\n"
    )
    code, out, err = turbo(flow)
    assert (code, out) == (2, "")
    assert "bad.yaml:4:5" in err and "bad.yaml:5:" in err
    assert "2 errors in bad.yaml" in err
    assert "started" not in err


def test_a_flow_that_fails_shows_the_place_and_ends_with_1(turbo: Turbo, folder: Path) -> None:
    flow = write(folder, "fail.yaml", "turbo: 1\nsteps:\n  - raise: no such order\n    kind: lost\n")
    code, out, err = turbo(flow)
    assert (code, out) == (1, "")
    assert err.startswith("error[lost]: no such order\n --> fail.yaml:3:")


def test_no_model_ends_with_3_and_the_next_move(turbo: Turbo) -> None:
    code, _, err = turbo("hello.yaml", "-p", "name", "Ada")
    assert code == 3
    assert "-m echo" in err
    code, _, err = turbo("hello.yaml", "-p", "name", "Ada", "-m", "openai/gpt-4o-mini")
    assert code == 3
    assert "OPENAI_API_KEY" in err


def test_a_used_up_budget_ends_with_4(turbo: Turbo) -> None:
    code, _, err = turbo("chatty.yaml", "-m", "echo", "--set", "budget.calls=1")
    assert code == 4
    assert "budget" in err and "chatty.yaml:7:" in err


def test_a_flow_that_is_not_there_ends_with_2(turbo: Turbo) -> None:
    code, out, err = turbo("run", "nothing.yaml")
    assert (code, out) == (2, "")
    assert "nothing.yaml" in err


@pytest.mark.parametrize("verb", ["run", "compile", "graph", "docs", "audit", "chat", "record"])
def test_a_folder_that_is_not_there_is_told_as_a_missing_file_beside_a_project_too(
    verb: str, turbo: Turbo, folder: Path
) -> None:
    write(folder, "turbo.yaml", "model: echo\n")
    code, out, err = turbo(verb, "nowhere/flow.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("error: there is no file `nowhere/flow.yaml`\n")


def test_debug_shows_the_python_traceback_with_the_flows_lines(turbo: Turbo, folder: Path) -> None:
    flow = write(folder, "bad.yaml", "turbo: 1\nsteps:\n  - set: {n: 0}\n  - user: '{{ 1 // n }}'\n")
    assert "Traceback" not in turbo(flow)[2]
    code, _, err = turbo(flow, "--debug")
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert 'bad.yaml", line 4' in err
