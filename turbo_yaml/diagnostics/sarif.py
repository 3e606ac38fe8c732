"""Findings to SARIF 2.1.0, which code hosts and editors show."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.edits import Edit
from turbo_yaml.diagnostics.fingerprints import with_fingerprints
from turbo_yaml.diagnostics.formats import FixOf, no_fix
from turbo_yaml.diagnostics.visible import printable
from turbo_yaml.source import Source, Span

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")


class RuleText(NamedTuple):
    """What is told of a rule: in a line, and as a page of Markdown."""

    summary: str
    page: str


def to_sarif(
    diagnostics: Iterable[Diagnostic],
    version: str,
    text_of: Callable[[str], RuleText],
    fix_of: FixOf = no_fix,
) -> dict[str, Any]:
    """Return findings as one run of SARIF, as JSON data. `version`: the tool's; columns count characters."""
    found = [*with_fingerprints(diagnostics)]
    names = sorted({one.rule for one, _ in found})
    index = {name: number for number, name in enumerate(names)}
    run = {
        "tool": {
            "driver": {
                "name": "turbo-yaml",
                "version": version,
                "rules": [_rule(name, text_of(name)) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.rule], mark, fix_of(one)) for one, mark in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, text: RuleText) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": text.summary},
        "help": {"text": text.page, "markdown": text.page},
    }


def _result(one: Diagnostic, rule: int, fingerprint: str, edits: Sequence[Edit]) -> dict[str, Any]:
    text = one.message if one.help is None else f"{one.message}\n{one.help}"
    result = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.severity,
        "message": {"text": printable(text)},
        "locations": [{"physicalLocation": _place(one.source, one.span)}],
        "partialFingerprints": {"turboYaml/v1": fingerprint},
    }
    if one.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": printable(related.message)},
                "physicalLocation": _place(related.source, related.span),
            }
            for number, related in enumerate(one.related)
        ]
    if edits:
        result["fixes"] = [_fix(one.source, edits)]
    return result


def _fix(source: Source, edits: Sequence[Edit]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}}
        for edit in edits
    ]
    return {"artifactChanges": [{"artifactLocation": _artifact(source), "replacements": replacements}]}


def _place(source: Source, span: Span) -> dict[str, Any]:
    return {"artifactLocation": _artifact(source), "region": _region(source, span)}


def _region(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _artifact(source: Source) -> dict[str, str]:
    """Return where a file is: below the working folder as a relative URI, elsewhere as an absolute one."""
    name = source.name
    if name.startswith("/") or _DRIVE.match(name):
        return {"uri": Path(name).as_uri()}
    return {"uri": quote(os.fsencode(name.replace(os.sep, "/")))}
