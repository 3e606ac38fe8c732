"""Every rule has a page, whose flows have the mistake it is about, or have it no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.test_findings import told
from tests.docs.pages import Block, blocks
from turbo_yaml.checks.levels import Levels
from turbo_yaml.checks.pages import explain_rule, rule_pages
from turbo_yaml.checks.registry import ALL, ASKED, OWN, UNUSED_IGNORE, load_rule
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.errors import UsageError

PAGES = rule_pages()
GOLDEN = Path(__file__).parent.parent / "golden" / "rules"
"""The bad flow of each page, and what is said of it."""
WITHOUT_A_FLOW = {
    "empty-file", "foreign-file", "nested-too-deeply", "template-depth", "too-many-steps",
    "unknown-rule", "untrusted-file",
    "wrong-inputs", "yaml-syntax", "yaml-too-deep", "yaml-too-large", "yaml-too-many-nodes",
}  # fmt: skip
"""Rules whose mistake is too large for a page, or is no flow."""
SUMMARY = re.compile(r"# ([a-z-]+)\n\n(.+?)\n\n\*(Error|Warning|Warning, off unless asked for)\.\*")


def found_in(block: Block, folder: Path, rule: str) -> list[str]:
    """Return the rules of what is found in a flow of a page; rules of style are asked for on their own."""
    levels = Levels({rule: "warning"}) if rule in ASKED else None
    return [one.rule for one in check_text(block.text, name="flow.yaml", root=folder, levels=levels)]


@pytest.mark.parametrize("rule", sorted(PAGES))
def test_the_flows_of_a_page_show_the_rule_and_nothing_else(rule: str, tmp_path: Path) -> None:
    shown = blocks(PAGES[rule])
    for block in shown:
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    flows = [block for block in shown if block.file is None]
    assert [found_in(block, tmp_path, rule) for block in flows] == [list(block.wrong) for block in flows]
    wrong = [block.wrong for block in flows]
    assert wrong == ([] if rule in WITHOUT_A_FLOW else [(rule,), ()])


@pytest.mark.parametrize("rule", sorted(PAGES.keys() - WITHOUT_A_FLOW))
def test_what_is_said_of_the_bad_flow_of_a_page_is_as_it_was(
    rule: str, tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    shown = blocks(PAGES[rule])
    for block in shown:
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    text = next(block.text for block in shown if block.wrong)
    levels = Levels({rule: "warning"}) if rule in ASKED else None
    found = check_text(text, name=f"{rule}.yaml", root=tmp_path, levels=levels)
    golden(GOLDEN / f"{rule}.yaml", text)
    golden(GOLDEN / f"{rule}.out", "".join(told(one) for one in found))


@pytest.mark.parametrize("rule", sorted(OWN))
def test_a_page_says_of_its_rule_what_the_rule_says(rule: str) -> None:
    known = UNUSED_IGNORE if rule not in ALL else load_rule(rule).rule
    found = SUMMARY.match(explain_rule(rule))
    assert found is not None
    severity = "Warning, off unless asked for" if known.asked else known.severity.capitalize()
    assert (found[1], found[2], found[3]) == (known.name, known.summary, severity)
    assert (rule in ASKED) == known.asked


def test_every_page_begins_with_its_rule_and_one_line_about_it() -> None:
    for rule in PAGES:
        found = SUMMARY.match(explain_rule(rule))
        assert found is not None, rule
        assert found[1] == rule


def test_every_rule_that_the_docs_list_has_a_page_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    tables = text[text.index("## Rules") : text.index("## Kinds of failure")]
    cells = re.findall(r"^\| (\[?`.*?) \|", tables, re.MULTILINE)
    assert {rule for cell in cells for rule in re.findall(r"`([^`]+)`", cell)} == set(PAGES)


def test_what_a_page_prints_has_no_marks_that_only_tests_read() -> None:
    assert "<!--" not in explain_rule("unknown-field")


def test_a_rule_that_is_not_there_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as refused:
        explain_rule("unknown-feild")
    assert refused.value.hint == "did you mean `unknown-field`?"
