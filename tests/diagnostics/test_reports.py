"""Findings in the forms of other programs: each is what its reader takes, whatever stands in a flow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.diagnostics.edits import Edit, applied, overlap
from turbo_yaml.diagnostics.fingerprints import with_fingerprints
from turbo_yaml.diagnostics.formats import render_concise, render_statistics, statistics, to_data
from turbo_yaml.diagnostics.render import render
from turbo_yaml.diagnostics.reports import render_github, render_junit, to_gitlab
from turbo_yaml.diagnostics.sarif import RuleText, to_sarif
from turbo_yaml.source import Source, Span

SOURCE = Source("flows/a.yaml", "turbo: 1\nsteps: [x]\nname: y\n")
ERROR = Diagnostic("unknown-step", "there is no step `x`", SOURCE, Span(17, 18), help="did you mean `y`?")
WARNING = Diagnostic(
    "unused-name",
    "100% idle, or: not",
    SOURCE,
    Span(7, 18),
    severity="warning",
    related=(Related("here", SOURCE, Span(0, 5)),),
)
FOUND = [ERROR, WARNING]

_SEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could move a cursor, hide text or turn it round."""


def sarif(found: list[Diagnostic], fix: Callable[[Diagnostic], list[Edit]] = lambda _: []) -> Any:
    """Return findings as SARIF that was read back."""
    return json.loads(json.dumps(to_sarif(found, "1.2.3", lambda rule: RuleText(f"{rule}.", "# page"), fix)))


@cache
def sarif_validator() -> jsonschema.Draft4Validator:
    schema = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@st.composite
def findings(draw: st.DrawFn) -> list[Diagnostic]:
    """Findings in a file of any text and name, with any words."""
    text = draw(st.text(max_size=60))
    source = Source(draw(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=12)), text)
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
        lambda ends: Span(*sorted(ends))
    )
    return draw(
        st.lists(
            st.builds(
                Diagnostic,
                rule=st.sampled_from(["unknown-step", "yaml-tab"]),
                message=st.text(max_size=30),
                source=st.just(source),
                span=spans,
                help=st.none() | st.text(max_size=30),
                severity=st.sampled_from(["error", "warning"]),
                related=st.lists(
                    st.builds(Related, st.text(max_size=9), st.just(source), spans), max_size=1
                ).map(tuple),
            ),
            max_size=4,
        )
    )


# SARIF -------------------------------------------------------------------------------------------------


def test_sarif_is_what_its_schema_says() -> None:
    sarif_validator().validate(sarif(FOUND, lambda one: [Edit(one.span, "y")]))
    sarif_validator().validate(sarif([]))


@given(findings())
@settings(max_examples=20)
def test_sarif_is_what_its_schema_says_whatever_stands_in_a_flow(found: list[Diagnostic]) -> None:
    sarif_validator().validate(sarif(found))


def test_sarif_tells_rule_level_place_and_the_other_places() -> None:
    (run,) = sarif(FOUND)["runs"]
    assert run["tool"]["driver"]["name"] == "turbo-yaml" and run["tool"]["driver"]["version"] == "1.2.3"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["unknown-step", "unused-name"]
    assert rules[0]["shortDescription"] == {"text": "unknown-step."}
    assert rules[0]["help"]["markdown"] == "# page"
    warning, error = run["results"]
    assert [(one["ruleId"], one["level"]) for one in (warning, error)] == [
        ("unused-name", "warning"), ("unknown-step", "error"),
    ]  # fmt: skip
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in (warning, error))
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "flows/a.yaml"}
    assert place["region"] == {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 10}
    assert error["message"]["text"] == "there is no step `x`\ndid you mean `y`?"
    assert warning["relatedLocations"][0]["message"] == {"text": "here"}


def test_sarif_has_the_edits_that_mend_a_finding() -> None:
    *_, error = sarif(FOUND, lambda one: [Edit(one.span, "y")])["runs"][0]["results"]
    (change,) = error["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["insertedContent"] == {"text": "y"}
    assert replacement["deletedRegion"]["startColumn"] == 9


@pytest.mark.parametrize("name", ["a b#c.yaml", "ü/ä.yaml", "c:d.yaml", "100%.yaml", "../up.yaml"])
def test_sarif_spells_file_names_as_relative_addresses(name: str) -> None:
    found = [Diagnostic("unknown-step", "m", Source(name, "x"), Span(0, 1))]
    place = sarif(found)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert unquote(uri) == name
    assert uri.isascii() and not set(uri) & set(" #:")


def test_sarif_spells_absolute_names_as_addresses_of_files() -> None:
    found = [Diagnostic("unknown-step", "m", Source("/flows/a.yaml", "x"), Span(0, 1))]
    place = sarif(found)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///flows/a.yaml"}


# Fingerprints ------------------------------------------------------------------------------------------


def fingerprints(text: str, *words: str) -> list[str]:
    """Return the fingerprints of findings at all places of some words in a text."""
    source = Source("a.yaml", text)
    found = [
        Diagnostic("unknown-name", word, source, Span(*match.span()))
        for word in words
        for match in re.finditer(word, text)
    ]
    return [mark for _, mark in with_fingerprints(found)]


def test_a_fingerprint_stays_when_lines_come_and_go_above_it() -> None:
    assert fingerprints("- custmer\n", "custmer") == fingerprints("# more\n\n   - custmer  \n", "custmer")
    assert fingerprints("- custmer\n", "custmer") != fingerprints("- a custmer\n", "custmer")


def test_findings_on_equal_lines_have_fingerprints_of_their_own() -> None:
    marks = fingerprints("- x\n- x\n- x, x\n", "x")
    assert len({*marks}) == len(marks) == 4
    assert fingerprints("- x\n", "x") == marks[:1]


# GitHub, GitLab, JUnit ---------------------------------------------------------------------------------


def test_github_gets_a_command_for_each_finding() -> None:
    assert render_github(FOUND) == (
        "::warning file=flows/a.yaml,line=1,endLine=2,title=unused-name::100%25 idle, or: not\n"
        "::error file=flows/a.yaml,line=2,endLine=2,col=9,endColumn=10,title=unknown-step::"
        "there is no step `x`%0Adid you mean `y`?\n"
    )


def test_github_gets_no_command_of_a_flow_or_of_a_name() -> None:
    source = Source("a,b:c%.yaml", "x")
    found = Diagnostic("unknown-step", "a\n::error::b\r%0A", source, Span(0, 1))
    (line,) = render_github([found]).splitlines()
    assert line.startswith("::error file=a%2Cb%3Ac%25.yaml,line=1,")
    assert line.endswith("::a%0A::error::b%0A%250A")


@given(findings())
@settings(max_examples=60)
def test_github_gets_one_line_for_each_finding(found: list[Diagnostic]) -> None:
    lines = render_github(found).split("\n")
    assert len(lines) == len(found) + 1
    command = r"::(?:error|warning) (?:\w+=[^,:\n]*,)*title=[^,:\n]*::.*"
    assert all(re.fullmatch(command, line) for line in lines[:-1])


def test_gitlab_gets_description_severity_place_and_fingerprint() -> None:
    warning, error = to_gitlab(FOUND)
    assert error["description"] == "there is no step `x`\ndid you mean `y`?"
    assert (error["check_name"], error["severity"]) == ("unknown-step", "major")
    assert error["location"] == {"path": "flows/a.yaml", "lines": {"begin": 2, "end": 2}}
    assert warning["severity"] == "minor"
    assert re.fullmatch(r"[0-9a-f]{32}", error["fingerprint"])


def junit(found: list[Diagnostic], *files: str, strict: bool = False) -> ElementTree.Element:
    """Return JUnit's XML that was read back."""
    return ElementTree.fromstring(render_junit(found, files, strict=strict))


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_finding() -> None:
    root = junit(FOUND, "flows/a.yaml", "flows/b.yaml")
    assert root.attrib == {"name": "turbo-yaml check", "tests": "3", "failures": "1", "errors": "0"}
    wrong, clean = root
    assert (wrong.get("name"), wrong.get("tests"), wrong.get("failures")) == ("flows/a.yaml", "2", "1")
    assert (clean.get("name"), clean.get("tests"), clean.get("failures")) == ("flows/b.yaml", "1", "0")
    passed, failed = wrong
    assert (failed.get("name"), failed.get("line")) == ("unknown-step 2:9", "2")
    (failure,) = failed
    assert failure.get("message") == "there is no step `x`"
    assert failure.text == "flows/a.yaml:2:9: there is no step `x`\ndid you mean `y`?"
    assert passed.find("failure") is None
    assert "100% idle" in (passed.findtext("system-out") or "")


def test_junit_lets_warnings_fail_where_that_is_asked_for() -> None:
    root = junit(FOUND, strict=True)
    assert root.get("failures") == "2"
    assert [failure.get("type") for failure in root.iter("failure")] == ["warning", "error"]


@given(findings(), st.booleans())
@settings(max_examples=60)
def test_junit_is_xml_whatever_stands_in_a_flow(found: list[Diagnostic], strict: bool) -> None:
    root = junit(found, "clean.yaml", strict=strict)
    cases = [*root.iter("testcase")]
    assert len(cases) == int(root.get("tests") or 0) == len(found) + 1
    assert len([*root.iter("failure")]) == int(root.get("failures") or 0)


# All of them -------------------------------------------------------------------------------------------


@given(findings())
@settings(max_examples=60)
def test_no_form_has_anything_that_could_hide_or_turn_text(found: list[Diagnostic]) -> None:
    told = [
        render(found),
        render_concise(found),
        render_github(found),
        render_junit(found, []),
        json.dumps(to_data(found)),
        json.dumps(sarif(found)),
        json.dumps(to_gitlab(found)),
    ]
    assert [form for form in told if _SEEN.search(form)] == []


def test_statistics_count_each_rule_and_what_can_be_fixed() -> None:
    found = [ERROR, WARNING, WARNING]

    def fix_of(one: Diagnostic) -> list[Edit]:
        return [Edit(one.span, "y")] if one is ERROR else []

    assert statistics(found, fix_of) == [
        {"rule": "unused-name", "severity": "warning", "count": 2, "fixable": 0},
        {"rule": "unknown-step", "severity": "error", "count": 1, "fixable": 1},
    ]
    assert render_statistics(found, fix_of) == (
        "2  unused-name   warning\n1  unknown-step  error, 1 fixable\n"
    )
    assert render_statistics([]) == ""


# Edits -------------------------------------------------------------------------------------------------


def test_edits_replace_parts_of_a_text_and_nothing_else() -> None:
    edits = [Edit(Span(4, 5), "E"), Edit(Span(0, 1), ""), Edit(Span(2, 2), "__")]
    assert applied("abcdef", edits) == "b__cdEf"


def test_edits_of_the_same_characters_or_the_same_place_overlap() -> None:
    assert overlap(Edit(Span(0, 3), ""), Edit(Span(2, 4), ""))
    assert overlap(Edit(Span(2, 2), "a"), Edit(Span(2, 2), "b"))
    assert overlap(Edit(Span(1, 3), ""), Edit(Span(2, 2), "a"))
    assert not overlap(Edit(Span(0, 2), ""), Edit(Span(2, 4), ""))
