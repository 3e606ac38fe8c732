"""Which rules have a fix, and what makes it. A rule is here only if no person would mend it otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from turbo_yaml.checks.fixes import comments, texts
from turbo_yaml.checks.fixes.tabs import without_tabs
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.edits import Edit
from turbo_yaml.diagnostics.suggest import Replacement
from turbo_yaml.source import Span

_MENDERS: Final[Mapping[str, Callable[[Diagnostic], Sequence[Edit]]]] = {
    "ambiguous-value": texts.quoted_moment,
    "hidden-character": texts.without_tag,
    "template-in-condition": texts.without_braces,
    "unused-ignore": comments.without_name,
    "yaml-character": texts.without_mark,
    "yaml-colon-in-text": texts.quoted_text,
    "yaml-missing-colon": texts.colon_after_verb,
    "yaml-missing-space": texts.space_after,
    "yaml-reserved-character": texts.quoted_value,
    "yaml-tab": without_tabs,
    "yaml-tag": texts.space_after_tag,
    "yaml-unquoted-template": texts.quoted_template,
}


def fix_of(finding: Diagnostic) -> Sequence[Edit]:
    """Return the edits in the finding's own file that mend it; none where a person has to decide."""
    mender = _MENDERS.get(finding.rule)
    if mender is not None:
        return mender(finding)
    return _respelt(finding) if isinstance(finding.help, Replacement) else ()


def _respelt(finding: Diagnostic) -> Sequence[Edit]:
    """Write what is surely meant, also at the other places where the same is wrong."""
    assert isinstance(finding.help, Replacement)
    written, instead = finding.help.written, finding.help.instead
    text = finding.source.text
    same = [related.span for related in finding.related if related.source is finding.source]
    edits = []
    for span in (finding.span, *same):
        start = span.start + (text[span.start : span.start + 1] in ("'", '"') and span != (0, 0))
        if text.startswith(written, start) and start + len(written) <= span.end:
            edits.append(Edit(Span(start, start + len(written)), instead))
    return edits if edits and edits[0].span.start - finding.span.start in (0, 1) else ()
