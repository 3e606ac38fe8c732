"""Outcomes to what other tools read: JSON, JUnit's XML, TAP, annotations of GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from turbo_yaml.testing.judging import Verdict
from turbo_yaml.testing.outcome import Outcome, Summary
from turbo_yaml.testing.reports.text import TextReport, told

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_json(summary: Summary) -> str:
    """Return the outcomes as one JSON object."""
    data = {
        "passed": summary.count("passed"),
        "failed": summary.count("failed"),
        "skipped": summary.count("skipped"),
        "seconds": round(summary.seconds, 6),
        "tests": [_outcome(outcome) for outcome in summary.outcomes],
    }
    return json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n"


def _outcome(outcome: Outcome) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": outcome.name,
        "file": outcome.file,
        "line": outcome.line,
        "state": outcome.state,
        "score": round(outcome.score, 6),
        "seconds": round(outcome.seconds, 6),
        "assertions": [_verdict(outcome, verdict) for verdict in outcome.verdicts],
    }
    if outcome.troubles:
        data["troubles"] = [_where(outcome, t.span.start) | {"message": t.message} for t in outcome.troubles]
    if outcome.reason is not None:
        data["reason"] = outcome.reason
    if outcome.story is not None:
        used = outcome.story.usage
        data["result"] = outcome.story.result
        data["usage"] = {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens}
    return data


def _verdict(outcome: Outcome, verdict: Verdict) -> dict[str, Any]:
    finding = verdict.finding
    data: dict[str, Any] = {
        "assertion": verdict.assertion.title,
        **_where(outcome, verdict.assertion.span.start),
        "passed": verdict.passed,
        "score": round(verdict.score, 6),
        "fact": finding.fact,
    }
    for name, value in (
        ("turn", verdict.turn),
        ("soft", verdict.assertion.soft or None),
        ("skipped", verdict.skipped),
        ("wanted", None if verdict.passed else finding.wanted),
        ("got", None if verdict.passed else finding.got),
        ("assertions", [_verdict(outcome, inner) for inner in verdict.inner] or None),
    ):
        if value is not None:
            data[name] = value
    return data


def _where(outcome: Outcome, offset: int) -> dict[str, int]:
    line, column = outcome.case.source.position(offset)
    return {"line": line, "column": column}


def problems(outcome: Outcome) -> Iterator[tuple[int, int, str, str]]:
    """Yield what failed an outcome: line, column, the assertion or `test`, and the fact."""
    source = outcome.case.source
    for trouble in outcome.troubles:
        yield *source.position(trouble.span.start), "test", trouble.message
    for verdict in told(outcome.verdicts):
        if verdict.fails:
            place = source.position(verdict.assertion.span.start)
            yield *place, verdict.assertion.title, verdict.finding.fact


def message(outcome: Outcome) -> str:
    """Return in one line what failed an outcome first."""
    found = [f"{title}: {fact}" for _, _, title, fact in problems(outcome)]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return (found[0].replace("\n", " ") if found else f"the score is {outcome.score:.2f}") + more


def to_junit(summary: Summary) -> str:
    """Return the outcomes as JUnit's XML, a suite for each file."""
    total = _counts(summary)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="turbo-yaml" {total}>']
    for file, group in groupby(summary.outcomes, key=lambda outcome: outcome.file):
        outcomes = [*group]
        inner = Summary(outcomes=outcomes, seconds=sum(outcome.seconds for outcome in outcomes))
        lines.append(f"  <testsuite name={_attribute(file)} {_counts(inner)}>")
        for outcome in outcomes:
            lines += _testcase(outcome)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _counts(summary: Summary) -> str:
    counts = f'tests="{len(summary.outcomes)}" failures="{summary.count("failed")}" errors="0"'
    return f'{counts} skipped="{summary.count("skipped")}" time="{summary.seconds:.6f}"'


def _testcase(outcome: Outcome) -> list[str]:
    head = (
        f"    <testcase name={_attribute(outcome.name)} classname={_attribute(outcome.file)} "
        f'file={_attribute(outcome.file)} line="{outcome.line}" time="{outcome.seconds:.6f}"'
    )
    if outcome.state == "passed":
        return [head + "/>"]
    if outcome.state == "skipped":
        return [head + ">", f"      <skipped message={_attribute(outcome.reason or '')}/>", "    </testcase>"]
    text = TextReport().failures([outcome]).strip("\n")
    failure = f'      <failure type="expectation" message={_attribute(message(outcome))}>'
    return [head + ">", f"{failure}{escape(_NO_XML.sub('�', text))}</failure>", "    </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("�", text))


def to_tap(summary: Summary) -> str:
    """Return the outcomes as TAP, version 14."""
    lines = ["TAP version 14", f"1..{len(summary.outcomes)}"]
    for number, outcome in enumerate(summary.outcomes, 1):
        word = "not ok" if outcome.state == "failed" else "ok"
        title = _tap_text(f"{outcome.file}: {outcome.name}")
        skip = f" # SKIP {_tap_text(outcome.reason or '')}" if outcome.state == "skipped" else ""
        lines.append(f"{word} {number} - {title}{skip}")
        if outcome.state == "failed":
            lines.append("  ---")
            lines.append(f"  message: {json.dumps(message(outcome), ensure_ascii=False)}")
            lines.append(f"  at: {json.dumps(f'{outcome.file}:{outcome.line}', ensure_ascii=False)}")
            lines.append("  ...")
    return "\n".join([*lines, ""])


def _tap_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("#", "\\#").replace("\n", " ")


def to_github(summary: Summary) -> str:
    """Return what failed as annotations of the workflow, and a line that sums up."""
    lines = []
    for outcome in summary.outcomes:
        for line, column, title, fact in problems(outcome) if outcome.state == "failed" else ():
            where = f"file={_property(outcome.file)},line={line},col={column}"
            head = _property(f"{outcome.name}: {title}")
            lines.append(f"::error {where},title={head}::{_data(fact)}")
    return "\n".join([*lines, TextReport().summary(summary).strip("\n"), ""])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
