"""`explain`: the name of a rule to its page, and no name to the list of them."""

from __future__ import annotations

import json
import sys
from textwrap import wrap

import click

from turbo_yaml.checks.pages import RulePage, read_page, rule_pages
from turbo_yaml.cli.options import common, completed
from turbo_yaml.cli.terminal import put, wants_color
from turbo_yaml.diagnostics.paint import painter

WIDTH = 100


@click.command("explain", short_help="Tell what a rule of the check finds, and what to do about it.")
@click.argument("rule", required=False, shell_complete=completed("complete_rule"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def command(rule: str | None, as_json: bool) -> None:
    """Print the page of a RULE: what it finds, why, a flow that has it and one that has not.

    Without a RULE every rule is listed with its severity. The name stands in brackets in what check prints.
    """
    if rule is None:
        pages = {name: read_page(name) for name in rule_pages()}
        put(sys.stdout, _dumped([_facts(*item) for item in pages.items()]) if as_json else _listed(pages))
        return
    rule = rule.strip().strip("[]")
    page = read_page(rule)
    if as_json:
        put(sys.stdout, _dumped({**_facts(rule, page), "page": page.page}))
        return
    from turbo_yaml.cli.checking.markdown import to_terminal

    put(sys.stdout, to_terminal(page.page, color=wants_color(sys.stdout)))


def _facts(name: str, page: RulePage) -> dict[str, object]:
    return {"rule": name, "severity": page.severity, "asked": page.asked, "summary": page.summary}


def _dumped(data: object) -> str:
    return json.dumps(data, indent=2) + "\n"


def _listed(pages: dict[str, RulePage]) -> str:
    paint = painter(wants_color(sys.stdout))
    width = max(map(len, pages), default=0)
    lines = []
    for name, page in pages.items():
        level = "off" if page.asked else page.severity
        first, *rest = wrap(page.summary, WIDTH - width - 11) or [""]
        head = f"{name:{width}}  " + paint(page.severity, f"{level:7}")
        lines += [f"{head}  {first}", *(" " * (width + 11) + line for line in rest)]
    return "\n".join([*lines, f"\n{len(pages)} rules; `turbo-yaml explain RULE` tells more of one"]) + "\n"
