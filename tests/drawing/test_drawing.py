"""Pictures of flows: every step is in them, no box lies over another, and no text is more than text."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.reading_flows import read
from tests.language.random_flows import flows
from turbo_yaml.analysis.links import link_flows
from turbo_yaml.drawing.dot import to_dot
from turbo_yaml.drawing.flows import graph_of
from turbo_yaml.drawing.graph import Arrow, Box, Graph, Group
from turbo_yaml.drawing.layered import BETWEEN, Size, lay_out
from turbo_yaml.drawing.mermaid import to_mermaid
from turbo_yaml.drawing.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"
MERMAID = re.compile(
    r"flowchart TD|  end"
    r'|  subgraph f\d+\["[^"\[\]{}<>|`%&]*"\]'
    r'|    f\d+_\d+(?:\(\[|\[\[|\[/|\{\{|[\[{(])"(?:[^"\[\]{}<>|`%&]|<br/>)*"(?:\]\)|\]\]|/\]|\}\}|[\]})])'
    r'| +f\d+_\d+ -(?:-|\.-)>(?:\|"[^"\[\]{}<>|`%&]*"\|)? f\d+_\d+'
)
HOSTILE = '"]; </text><script>alert(1)</script> end %%{init: {}}%% --> x & `y` \\" \x1b[31m \u202e |'


def drawn(text: str) -> Graph:
    """Return the graph of a flow in one file."""
    file, found = read(text)
    assert file is not None and not [one for one in found if one.severity == "error"]
    return graph_of(file, lambda each: link_flows(each, {})[0])


def edges(text: str) -> list[str]:
    """Return the arrows of a flow's own graph as the first lines of the boxes, with the labels."""
    group = drawn(text).groups[0]
    first = {box.name: box.lines[0] for box in group.boxes}
    return [
        f"{first[arrow.start]} -{arrow.label}-> {first[arrow.end]}" + (" (back)" if arrow.back else "")
        for arrow in group.arrows
    ]


def test_what_is_said_together_is_one_box_and_a_turn_is_its_own() -> None:
    text = "turbo: 1\nsteps:\n- system: a\n- user: b\n- generate\n"
    assert [box.lines for box in drawn(text).groups[0].boxes] == [
        ("flow",),
        ("system: a", "user: b"),
        ("generate",),
        ("end",),
    ]


def test_a_branch_parts_and_comes_together() -> None:
    text = "turbo: 1\nsteps:\n- if: a\n  then: [generate]\n- result: x\n"
    assert edges(text) == [
        "flow --> a",
        "a -yes-> generate",
        "generate --> result x",
        "a -no-> result x",
        "result x --> end",
    ]


def test_a_loop_leads_back_and_break_and_continue_leave_it() -> None:
    text = """\
turbo: 1
steps:
- for: x
  in: xs
  do:
  - if: x == 1
    then: [continue]
  - if: x == 2
    then: [break]
  - generate
"""
    assert edges(text) == [
        "flow --> for x in xs",
        "for x in xs -each-> x == 1",
        "x == 1 -yes-> for x in xs (back)",
        "x == 1 -no-> x == 2",
        "x == 2 -no-> generate",
        "generate --> for x in xs (back)",
        "for x in xs -done-> end",
        "x == 2 -yes-> end",
    ]


def test_nothing_follows_a_step_that_ends_the_flow() -> None:
    assert edges("turbo: 1\nsteps:\n- return: x\n") == ["flow --> return x"]
    assert edges("turbo: 1\nsteps:\n- return: x\n  when: y\n")[-1] == "when y --> end"


def test_a_call_leads_to_the_flow_that_it_names() -> None:
    graph = drawn(
        "turbo: 1\nsteps:\n- call: sub\n  as: a\n- result: '{{ a }}'\nflows:\n  sub: {steps: [generate]}\n"
    )
    assert [group.title for group in graph.groups] == ["flow", "sub"]
    (aside,) = graph.arrows
    assert (aside.start, aside.end) == ("f0_1", "f1_0")


def hostile() -> Graph:
    boxes = [Box("f0_0", "start", (HOSTILE,)), Box("f0_1", "choice", (HOSTILE, "b"))]
    arrows = [Arrow("f0_0", "f0_1", HOSTILE), Arrow("f0_1", "f0_0", HOSTILE, back=True)]
    return Graph([Group("f0", HOSTILE, boxes, arrows)])


def test_hostile_text_is_text_in_every_form() -> None:
    mermaid = to_mermaid(hostile())
    assert all(MERMAID.fullmatch(line) for line in mermaid.splitlines()), mermaid
    dot = to_dot(hostile())
    assert re.sub(r'"(?:[^"\\\n]|\\.)*"', "T", dot).count('"') == 0
    assert "\x1b" not in dot + mermaid
    root = ElementTree.fromstring(to_svg(hostile()))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "defs", "marker", "path", "rect", "text", "polygon",
    }  # fmt: skip
    assert any("<script>" in (text.text or "") for text in root.iter(f"{SVG}text"))


@settings(max_examples=25)
@given(flows(300))
def test_every_flow_can_be_drawn_in_every_form(text: str) -> None:
    graph = drawn(text)
    assert all(MERMAID.fullmatch(line) for line in to_mermaid(graph).splitlines())
    ElementTree.fromstring(to_svg(graph))
    to_dot(graph)
    for group in graph.groups:
        names = [box.name for box in group.boxes]
        for arrow in group.arrows:
            assert arrow.back or names.index(arrow.start) < names.index(arrow.end)
        reached = {arrow.end for arrow in group.arrows}
        assert set(names[1:]) <= reached


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Boxes and arrows to boxes further on."""
    number = draw(st.integers(1, 9))
    group = Group("f0", "f", [Box(f"f0_{index}", "note", ("x",)) for index in range(number)])
    for index in range(1, number):
        for start in draw(st.sets(st.integers(0, index - 1), min_size=1, max_size=3)):
            group.arrows.append(Arrow(f"f0_{start}", f"f0_{index}"))
    return group


@settings(max_examples=60)
@given(groups(), st.lists(st.integers(10, 90), min_size=9, max_size=9))
def test_boxes_lie_apart_and_arrows_lead_down(group: Group, widths: list[int]) -> None:
    sizes = {box.name: Size(width, 20) for box, width in zip(group.boxes, widths, strict=False)}
    layout = lay_out(group, sizes)
    for one, other in combinations(sizes, 2):
        a, b = layout.middles[one], layout.middles[other]
        apart = abs(a.x - b.x) - (sizes[one].width + sizes[other].width) / 2
        assert a.y != b.y or apart >= BETWEEN - 0.01
    for arrow in group.arrows:
        assert layout.middles[arrow.start].y < layout.middles[arrow.end].y


@pytest.mark.parametrize("name", ["a" * 200, "{{ x }} " * 40])
def test_long_texts_are_shortened(name: str) -> None:
    graph = drawn(f"turbo: 1\nsteps:\n- user: '{name}'\n")
    assert all(len(line) < 60 for box in graph.groups[0].boxes for line in box.lines)
