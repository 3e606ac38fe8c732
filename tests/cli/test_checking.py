"""`check` as it is used: what it looks at, how severe, in which form, and what `--fix` leaves on the disk."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from turbo_yaml.cli.checking import mending
from turbo_yaml.cli.checking.drawing import FORMS

Turbo = Callable[..., tuple[int, str, str]]

BAD = "turbo: 1\nsteps:\n  - usr: hello\n"
GOOD = "turbo: 1\nsteps:\n  - user: hello\n"
IDLE = "turbo: 1\nsteps:\n  - set: {idle: 1}\n  - generate\n"
ENDLESS = "turbo: 1\nsteps:\n  - user: '{{ nobody }}'\n"


def write(folder: Path, **files: str) -> None:
    """Write flows by their names."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def concise(turbo: Turbo, *words: str, **more: Any) -> list[str]:
    """Return the lines of the concise form."""
    return turbo("check", *words, "--format", "concise", **more)[1].splitlines()


def files(lines: list[str]) -> list[str]:
    """Return the file of each line."""
    return [line.split(":")[0] for line in lines]


# What is looked at -------------------------------------------------------------------------------------


def test_without_a_path_this_folder_is_checked(turbo: Turbo) -> None:
    assert turbo("check") == turbo("check", ".") == (0, "no problems in 3 files\n", "")


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.yaml", ["bad.yaml"]),
        ("**/*.yaml", ["bad.yaml", "deep/bad.yaml", "deep/er/bad.yaml"]),
        ("deep/**", ["deep/bad.yaml", "deep/er/bad.yaml"]),
        ("de*", ["deep/bad.yaml", "deep/er/bad.yaml"]),
        ("**/b?d.y[a-b]ml", ["bad.yaml", "deep/bad.yaml", "deep/er/bad.yaml"]),
    ],
)
def test_a_quoted_glob_stands_for_the_files_that_fit(
    turbo: Turbo, folder: Path, glob: str, expected: list[str]
) -> None:
    write(folder, bad=BAD, deep__bad=BAD, deep__er__bad=BAD)
    (folder / "deep" / "notes.txt").write_text("no flow")
    assert files(concise(turbo, glob)) == expected


def test_a_glob_that_nothing_fits_ends_with_2(turbo: Turbo) -> None:
    code, out, err = turbo("check", "nowhere/**/*.yaml")
    assert (code, out) == (2, "")
    assert "no flow fits `nowhere/**/*.yaml`" in err


def test_a_file_whose_name_is_a_glob_is_that_file(turbo: Turbo, folder: Path) -> None:
    write(folder, **{"a[1]": BAD, "a1": GOOD})
    assert files(concise(turbo, "a[1].yaml")) == ["a[1].yaml"]


def test_a_file_that_is_named_twice_is_checked_once(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD)
    (folder / "link.yaml").symlink_to("bad.yaml")
    assert len(concise(turbo, "bad.yaml", "./bad.yaml", str(folder / "bad.yaml"), "*.yaml", "link.yaml")) == 1
    assert turbo("check", "hello.yaml", "hello.yaml", "*ello*")[1] == "no problems in 1 file\n"


def test_standard_input_and_files_are_checked_together(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD)
    assert files(concise(turbo, "-", "bad.yaml", piped=BAD)) == ["<stdin>", "bad.yaml"]


def test_standard_input_can_stand_for_a_file(turbo: Turbo, folder: Path) -> None:
    write(folder, deep__part=GOOD, deep__flow=BAD)
    (folder / "deep" / "turbo.yaml").write_text("check: {unused-name: error}\n")
    unsaved = "turbo: 1\nuse: {part: ./part.yaml}\nsteps:\n  - include: part\n  - set: {idle: 1}\n"
    words = ("check", "-", "deep", "--stdin-name", "deep/flow.yaml", "--format", "concise")
    code, out, _ = turbo(*words, piped=unsaved)
    assert code == 1
    assert [line.rpartition(" ")[2] for line in out.splitlines()] == ["[unused-name]"]
    assert out.startswith("deep/flow.yaml:5:")
    assert turbo("check", "deep", "--stdin-name", "deep/flow.yaml")[0] == 2


@pytest.mark.parametrize("data", [b"\xff\xfe", b"turbo: 1\n\x00", b"\x80abc", b"t\x00u\x00"])
def test_standard_input_that_is_no_text_is_a_finding(turbo: Turbo, data: bytes) -> None:
    code, out, err = turbo("check", "-", "--format", "concise", piped=data)
    assert (code, err) == (1, "")
    assert out.startswith("<stdin>:1:1: ") and out.endswith("[unreadable-file]\n")


# How severe --------------------------------------------------------------------------------------------


def test_the_project_says_how_severe_a_rule_is(turbo: Turbo, folder: Path) -> None:
    write(folder, idle=IDLE)
    assert turbo("check", "idle.yaml")[0] == 0
    assert turbo("check", "idle.yaml", "--strict")[0] == 1
    (folder / "turbo.yaml").write_text("check: {unused-name: error}\n")
    code, out, _ = turbo("check", "idle.yaml")
    assert (code, "error[unused-name]" in out) == (1, True)
    (folder / "turbo.yaml").write_text("check: {unused-name: off}\n")
    assert turbo("check", "idle.yaml", "--strict") == (0, "no problems in 1 file\n", "")
    (folder / "turbo.yaml").write_text('check: {"drafts/**": {unused-name: off}}\n')
    write(folder, drafts__deep__idle=IDLE)
    assert files(concise(turbo, ".")) == ["idle.yaml"]


def test_every_file_has_the_severities_of_its_own_project(turbo: Turbo, folder: Path) -> None:
    write(folder, one__flow=IDLE, two__flow=IDLE, two__deep__flow=IDLE, three__flow=IDLE)
    (folder / "one" / "turbo.yaml").write_text("check: {unused-name: error}\n")
    (folder / "two" / "turbo.yaml").write_text("check: {unused-name: off}\n")
    found = json.loads(turbo("check", ".", "--format", "json")[1])
    assert [(one["file"], one["severity"]) for one in found] == [
        ("one/flow.yaml", "error"), ("three/flow.yaml", "warning"),
    ]  # fmt: skip


def test_the_severities_of_the_user_hold_below_those_of_the_project(
    turbo: Turbo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, idle=IDLE, bare="turbo: 1\nsteps: [generate]\n")
    (folder / "mine").write_text("check: {unused-name: error, missing-description: warning}\n")
    monkeypatch.setenv("TURBO_YAML_CONFIG", str(folder / "mine"))
    assert turbo("check", "idle.yaml")[0] == 1
    assert [line.rpartition(" ")[2] for line in concise(turbo, "bare.yaml")] == ["[missing-description]"]
    (folder / "turbo.yaml").write_text("check: {unused-name: warning}\n")
    assert turbo("check", "idle.yaml")[0] == 0


def test_settings_that_hold_for_a_flow_and_are_wrong_are_told_once(turbo: Turbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("temprature: 0\n")
    for words in (["hello.yaml"], ["hello.yaml", "ask.yaml"], ["."], ["turbo.yaml", "hello.yaml"]):
        lines = concise(turbo, *words)
        assert (len(lines), files(lines)) == (1, ["turbo.yaml"]), words


def test_a_rule_that_settings_name_in_vain_is_told(turbo: Turbo, folder: Path) -> None:
    said = (
        "check:\n  unused-nam: off\n  unknown-name: off\n  unknown-step: error\n  '*.yml': {maybe-nul: off}\n"
    )
    (folder / "turbo.yaml").write_text(said)
    expected = [
        "turbo.yaml:2:3: there is no rule `unused-nam` [unknown-rule]",
        "turbo.yaml:3:3: `unknown-name` is always an error: a flow that has it does not run [unknown-rule]",
        "turbo.yaml:5:13: there is no rule `maybe-nul` [unknown-rule]",
    ]
    assert concise(turbo, "turbo.yaml") == concise(turbo, "hello.yaml") == concise(turbo, ".") == expected
    assert turbo("check", "turbo.yaml", "--fix")[0] == 0
    assert (folder / "turbo.yaml").read_text() == said.replace("nam:", "name:").replace("nul:", "null:")


def test_a_comment_lets_a_finding_be_in_every_form(turbo: Turbo, folder: Path) -> None:
    write(folder, idle=IDLE.replace("1}", "1} # turbo-yaml: ignore[unused-name] read by the host"))
    assert concise(turbo, "idle.yaml") == []
    assert turbo("check", "idle.yaml", "--strict")[0] == 0


# Forms and exit codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_exit_code_is_the_same_in_every_form(turbo: Turbo, folder: Path, form: str) -> None:
    write(folder, bad=BAD, idle=IDLE)
    assert [
        turbo("check", *words, "--format", form)[0]
        for words in (["hello.yaml"], ["idle.yaml"], ["idle.yaml", "--strict"], ["bad.yaml"], ["none.yaml"])
    ] == [0, 0, 1, 1, 2]


def test_each_form_tells_the_same_findings(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD, idle=IDLE)

    def told(form: str) -> str:
        return turbo("check", ".", "--format", form)[1]

    data = json.loads(told("json"))
    expected = [("bad.yaml", 3, "unknown-step"), ("idle.yaml", 3, "unused-name")]
    assert [(one["file"], one["line"], one["rule"]) for one in data] == expected
    results = json.loads(told("sarif"))["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert [
        (place["artifactLocation"]["uri"], place["region"]["startLine"], one["ruleId"])
        for one, place in zip(results, places, strict=True)
    ] == expected
    quality = json.loads(told("gitlab"))
    assert [
        (one["location"]["path"], one["location"]["lines"]["begin"], one["check_name"]) for one in quality
    ] == expected
    lines = re.findall(r"file=(.*?),line=(\d+),.*title=(.*?)::", told("github"))
    assert [(file, int(line), rule) for file, line, rule in lines] == expected
    suites = ElementTree.fromstring(told("junit"))
    assert [suite.get("name") for suite in suites] == [
        "ask.yaml", "bad.yaml", "chatty.yaml", "hello.yaml", "idle.yaml",
    ]  # fmt: skip


def test_sarif_has_the_page_of_each_rule_and_its_fix(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD)
    (run,) = json.loads(turbo("check", "bad.yaml", "--format", "sarif")[1])["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"].startswith("# unknown-step\n")
    assert rule["shortDescription"]["text"] == "There is no such verb."
    ((change,),) = [fix["artifactChanges"] for fix in run["results"][0]["fixes"]]
    assert change["replacements"][0]["insertedContent"] == {"text": "user"}


def test_statistics_count_each_rule(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD, worse=BAD, idle=IDLE)
    code, out, _ = turbo("check", ".", "--statistics")
    assert code == 1
    assert out == (
        "2  unknown-step  error, 2 fixable\n1  unused-name   warning\n2 errors, 1 warning in 3 files\n"
    )
    first, _ = json.loads(turbo("check", ".", "--statistics", "--format", "json")[1])
    assert first == {"rule": "unknown-step", "severity": "error", "count": 2, "fixable": 2}
    assert turbo("check", "hello.yaml", "--statistics")[1] == "no problems in 1 file\n"
    assert turbo("check", ".", "--statistics", "--format", "sarif")[0] == 2


def test_many_files_are_told_alike_however_many_processes_look_at_them(turbo: Turbo, folder: Path) -> None:
    part = "turbo: 1\nuse: {p: ./part.txt}\nsteps:\n  - include: p\n  - set: {idle: 1}\n"
    write(folder, **{f"many__f{number}": (BAD, IDLE, GOOD, part)[number % 4] for number in range(40)})
    (folder / "many" / "part.txt").write_text(ENDLESS)
    (folder / "many" / "turbo.yaml").write_text("check: {unused-name: error}\ntemprature: 1\n")
    alone = turbo("check", "many", "--format", "json", "-j", "1")
    assert alone == turbo("check", "many", "--format", "json", "-j", "3")
    assert alone == turbo("check", "many", "--format", "json")
    found = json.loads(alone[1])
    assert len(found) == 10 + 10 + 10 + 1 + 1
    assert sum(one["file"] == "many/part.txt" for one in found) == 1


# --fix and --diff --------------------------------------------------------------------------------------


def test_fix_writes_what_can_be_mended_and_tells_the_rest(turbo: Turbo, folder: Path) -> None:
    write(folder, bad="turbo: 1\nsteps:\n  - usr: '{{ nobody }}'\n  - generat\n", good=GOOD)
    code, out, err = turbo("check", "bad.yaml", "good.yaml", "--fix", "--format", "concise")
    assert (code, err) == (1, "bad.yaml: fixed 2 mistakes\n")
    assert out == "bad.yaml:3:15: `nobody` is not defined here [unknown-name]\n"
    assert (folder / "bad.yaml").read_text() == "turbo: 1\nsteps:\n  - user: '{{ nobody }}'\n  - generate\n"
    write(folder, bad=BAD)
    assert turbo("check", "bad.yaml", "--fix") == (
        0, "no problems in 1 file\n", "bad.yaml: fixed 1 mistake\n",
    )  # fmt: skip


def test_fix_keeps_permissions_line_ends_byte_order_mark_and_links(turbo: Turbo, folder: Path) -> None:
    path = folder / "real.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    (folder / "link.yaml").symlink_to("real.yaml")
    assert turbo("check", "link.yaml", "--fix")[0] == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (folder / "link.yaml").is_symlink()
    assert [name for name in folder.iterdir() if name.name.startswith(".real")] == []


def test_fix_leaves_files_alone_that_were_not_named(turbo: Turbo, folder: Path) -> None:
    write(folder, part=BAD, flow="turbo: 1\nuse: {part: ./part.yaml}\nsteps:\n  - include: part\n")
    code, out, err = turbo("check", "flow.yaml", "--fix", "--format", "concise")
    assert (code, err, files(out.splitlines())) == (1, "", ["part.yaml"])
    assert (folder / "part.yaml").read_text() == BAD


def test_fix_mends_settings_files_too(turbo: Turbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("temprature: 0  # cold\n")
    assert turbo("check", ".", "--fix")[0] == 0
    assert (folder / "turbo.yaml").read_text() == "temperature: 0  # cold\n"


def test_fix_of_standard_input_prints_the_mended_text(turbo: Turbo) -> None:
    code, out, err = turbo("check", "-", "--fix", piped=BAD)
    assert (code, out) == (0, GOOD)
    assert err == "<stdin>: fixed 1 mistake\nno problems in 1 file\n"
    assert turbo("check", "-", "--fix", piped=ENDLESS)[:2] == (1, ENDLESS)


def test_fix_leaves_a_file_alone_that_somebody_else_changes_meanwhile(folder: Path) -> None:
    write(folder, bad=BAD)
    target = mending.Target("bad.yaml", folder / "bad.yaml")
    rewrite = mending.Rewrite(target, BAD.encode(), GOOD.encode(), 1)
    write(folder, bad=IDLE)
    assert not mending.replace_file(rewrite)
    assert (folder / "bad.yaml").read_text() == IDLE


def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(turbo: Turbo, folder: Path) -> None:
    write(folder, locked__bad=BAD)
    (folder / "locked").chmod(0o500)
    try:
        if os.access(folder / "locked", os.W_OK):
            pytest.skip("this user may write everywhere")
        code, _, err = turbo("check", "locked", "--fix")
    finally:
        (folder / "locked").chmod(0o700)
    assert (code, err.count("\n")) == (1, 1)
    assert (folder / "locked" / "bad.yaml").read_text() == BAD


def test_diff_shows_what_fix_would_do_and_does_nothing(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD)
    code, out, err = turbo("check", ".", "--diff")
    assert (code, err) == (1, "`--fix` would fix 1 mistake\n")
    assert out == (
        "--- a/bad.yaml\n+++ b/bad.yaml\n@@ -1,3 +1,3 @@\n"
        " turbo: 1\n steps:\n-  - usr: hello\n+  - user: hello\n"
    )
    assert (folder / "bad.yaml").read_text() == BAD
    assert turbo("check", ".", "--fix", "--diff") == (code, out, err)
    assert turbo("check", "hello.yaml", "--diff") == (0, "", "`--fix` would change nothing\n")


def test_a_diff_is_a_patch_that_does_what_fix_does(turbo: Turbo, folder: Path) -> None:
    text = "turbo: 1\nsteps:\n  - usr: hello" + "\n  - log: on" * 20 + "\n  - generat"
    write(folder, bad=text)
    patch = turbo("check", "bad.yaml", "--diff")[1]
    assert patch.count("\\ No newline at end of file\n") == 2
    assert [line for line in patch.splitlines() if line[:1] in "+-" and line[1:2] == " "] == [
        "-  - usr: hello", "+  - user: hello", "-  - generat", "+  - generate",
    ]  # fmt: skip


def test_a_coloured_diff_has_nothing_in_it_that_turns_text(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD.replace("hello", "a\u202eb\u200b"))
    out = turbo("check", "bad.yaml", "--diff", "--color", "always")[1]
    assert "\x1b[31m-  - usr: a\\u202eb" in out and "\x1b[32m+  - user: a\\u202eb" in out
    assert "\u202e" not in out


# explain and audit -------------------------------------------------------------------------------------


def test_explain_prints_the_page_of_a_rule(turbo: Turbo) -> None:
    code, out, err = turbo("explain", "unknown-name")
    assert (code, err) == (0, "")
    assert out.startswith("unknown-name\n\nA variable is read that nothing before it sets.\n")
    assert "\n    inputs: {customer: string}\n" in out
    assert "```" not in out and "<!--" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert turbo("explain", "[unknown-name]")[1] == out
    page = json.loads(turbo("explain", "unknown-name", "--json")[1])
    assert (page["rule"], page["severity"]) == ("unknown-name", "error")
    assert page["page"].startswith("# unknown-name\n")


def test_explain_of_a_misspelt_rule_names_the_nearest(turbo: Turbo) -> None:
    code, out, err = turbo("explain", "unknwn-name")
    assert (code, out) == (2, "")
    assert "did you mean `unknown-name`?" in err


def test_explain_without_a_rule_lists_them_all_with_their_severities(turbo: Turbo) -> None:
    out = turbo("explain")[1]
    assert re.search(r"^unknown-name +error +A variable is read that nothing", out, re.MULTILINE)
    assert re.search(r"^unused-input +warning +\S", out, re.MULTILINE)
    assert re.search(r"^needless-if +off +\S", out, re.MULTILINE)
    listed = json.loads(turbo("explain", "--json")[1])
    pages = {page.stem for page in (Path(__file__).parents[2] / "docs" / "rules").glob("*.md")}
    assert {one["rule"] for one in listed} == pages - {"README"}
    assert all(one["summary"].endswith(".") for one in listed)
    asked = {one["rule"] for one in listed if one["asked"]}
    assert {"needless-if", "crowded-step", "missing-description"} <= asked


AUDITED = """\
turbo: 1
description: Look things up.
inputs: {address: string}
settings: {model: groq/llama, user: !env CALLER}
data: {people: ./people.json}
tools:
  find: {description: Find it.}
  ask: {with: {id: any}, http: "GET https://api.example.com/{id}", secret: API_KEY, approve: always}
steps:
  - user:
      - text: "{{ people }}"
      - image: https://example.com/a.png
      - image: "{{ address }}"
  - input: Which one?
    as: which
  - user: "{{ which }}"
  - generate: {model: house/small}
"""


@pytest.fixture
def audited(folder: Path) -> Path:
    write(folder, audited=AUDITED)
    (folder / "people.json").write_text("[]")
    providers = '{house: {base_url: "https://ai.house.example/v1", api_key_env: HOUSE_KEY}}'
    (folder / "turbo.yaml").write_text(f"model: ollama/llama3\nproviders: {providers}\n")
    return folder


TOLD = [
    "audited: Look things up.",
    "inputs: address",
    "calls: at most 1 turn, 3 model calls with all that is tried again",
    "  house/small    audited.yaml:17:16",
    "  ollama/llama3  turbo.yaml:1:8",
    "  api.groq.com (for models of groq)         audited.yaml:4:19",
    "  ai.house.example (for models of house)    audited.yaml:17:16",
    "  api.example.com (for the tool ask)        audited.yaml:8:3",
    "  any: it is worked out in the run (image)  audited.yaml:13:16",
    "  find (given by the host, approve: never)                      audited.yaml:7:3",
    "  ask (http GET https://api.example.com/{id}, approve: always)  audited.yaml:8:3",
    "  GROQ_API_KEY (for models of groq)  audited.yaml:4:19",
    "  HOUSE_KEY (for models of house)    audited.yaml:17:16",
    "  API_KEY (for the tool ask)         audited.yaml:8:76",
    "  ./people.json (data)  audited.yaml:5:16",
    "  CALLER  audited.yaml:4:37",
    "  Which one?  audited.yaml:14:5",
]


def test_audit_tells_what_a_flow_can_do_with_the_place_of_each(turbo: Turbo, audited: Path) -> None:
    code, out, err = turbo("audit", "audited.yaml")
    assert (code, err) == (0, "")
    assert [line for line in TOLD if line not in out.splitlines()] == [], out


def test_audit_as_data_has_the_same(turbo: Turbo, audited: Path) -> None:
    found = json.loads(turbo("audit", "audited.yaml", "--json")[1])
    assert [entry["name"] for entry in found["secrets"]] == [
        "GROQ_API_KEY", "HOUSE_KEY", "API_KEY",
    ]  # fmt: skip
    assert found["tools"][1] | {"line": 8, "column": 3} == found["tools"][1]
    assert [entry["host"] for entry in found["hosts"]][:3] == [
        "api.groq.com",
        "ai.house.example",
        "localhost",
    ]


def test_audit_says_so_where_there_is_nothing_or_where_the_caller_decides(turbo: Turbo) -> None:
    out = turbo("audit", "hello.yaml")[1]
    assert "\nmodels\n  whoever runs the flow decides\n" in out
    assert "\ntools\n  none\n" in out


def test_audit_of_a_flow_with_errors_shows_them_and_ends_with_2(turbo: Turbo, folder: Path) -> None:
    write(folder, bad=BAD)
    code, out, err = turbo("audit", "bad.yaml")
    assert (code, out, "--> bad.yaml:3:5" in err) == (2, "", True)
