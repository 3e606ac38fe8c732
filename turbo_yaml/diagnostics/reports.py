"""Findings to what GitHub, GitLab and readers of JUnit's XML take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.fingerprints import with_fingerprints
from turbo_yaml.diagnostics.visible import one_line

_GITHUB: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_GITHUB_PROPERTY: Final = {**_GITHUB, ":": "%3A", ",": "%2C"}
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a command of a GitHub workflow for each finding, which is shown beside its line."""
    return "".join(f"{_command(one)}\n" for one in sorted(diagnostics, key=Diagnostic.sort_key))


def _command(one: Diagnostic) -> str:
    line, column = one.source.position(one.span.start)
    end_line, end_column = one.source.position(one.span.end)
    place: dict[str, object] = {"file": one.source.name, "line": line, "endLine": end_line}
    if line == end_line:
        # Columns are shown of a single line alone, and there the end must be behind the start.
        place |= {"col": column, "endColumn": max(end_column, column + 1)}
    words = {**place, "title": one.rule}
    properties = ",".join(
        f"{name}={_escaped(one_line(str(value)), _GITHUB_PROPERTY)}" for name, value in words.items()
    )
    return f"::{one.severity} {properties}::{_escaped(_words(one), _GITHUB)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)


def _words(one: Diagnostic) -> str:
    """Return what is wrong and the next move, in lines without anything that could turn or hide them."""
    lines = [*one.message.splitlines(), *(one.help or "").splitlines()]
    return "\n".join(one_line(line) for line in lines)


def to_gitlab(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return findings as JSON data of GitLab's code quality report."""
    return [
        {
            "description": _words(one),
            "check_name": one.rule,
            "fingerprint": fingerprint,
            "severity": "major" if one.severity == "error" else "minor",
            "location": {
                "path": one.source.name,
                "lines": {
                    "begin": one.source.position(one.span.start).line,
                    "end": one.source.position(one.span.end).line,
                },
            },
        }
        for one, fingerprint in with_fingerprints(diagnostics)
    ]


# JUnit -------------------------------------------------------------------------------------------------


def render_junit(diagnostics: Iterable[Diagnostic], files: Iterable[str], *, strict: bool = False) -> str:
    """Return JUnit's XML: a suite for each file, a failed case for each error, a passed one for a clean file.

    A warning is a case that passes and says so, unless `strict`.
    """
    found = sorted(diagnostics, key=Diagnostic.sort_key)
    by_file = {name: [*some] for name, some in groupby(found, lambda one: one.source.name)}
    suites = {name: by_file.get(name, []) for name in sorted({*files, *by_file})}
    failed = sum(_fails(one, strict) for one in found)
    cases = sum(len(some) or 1 for some in suites.values())
    head = f'<testsuites name="turbo-yaml check" tests="{cases}" failures="{failed}" errors="0">'
    body = [line for name, some in suites.items() for line in _suite(name, some, strict)]
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *body, "</testsuites>"]) + "\n"


def _suite(name: str, found: list[Diagnostic], strict: bool) -> list[str]:
    failed = sum(_fails(one, strict) for one in found)
    counts = f'tests="{len(found) or 1}" failures="{failed}" errors="0" skipped="0"'
    cases = [line for one in found for line in _case(one, strict)]
    passed = [f'    <testcase name="check" classname={_quoted(name)}/>']
    return [f"  <testsuite name={_quoted(name)} {counts}>", *(cases or passed), "  </testsuite>"]


def _case(one: Diagnostic, strict: bool) -> list[str]:
    line, column = one.source.position(one.span.start)
    text = escape(_legal(f"{one_line(one.where())}: {_words(one)}"))
    if _fails(one, strict):
        inside = f"<failure message={_quoted(one.message)} type={_quoted(one.severity)}>{text}</failure>"
    else:
        inside = f"<system-out>{text}</system-out>"
    head = f"    <testcase name={_quoted(f'{one.rule} {line}:{column}')} classname={_quoted(one.source.name)}"
    return [f'{head} file={_quoted(one.source.name)} line="{line}">', f"      {inside}", "    </testcase>"]


def _fails(one: Diagnostic, strict: bool) -> bool:
    return strict or one.severity == "error"


def _quoted(text: str) -> str:
    return quoteattr(_legal(one_line(text)))


def _legal(text: str) -> str:
    """Return a text with what XML has no character for as an escape."""
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
