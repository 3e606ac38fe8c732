"""From where a text came in to where it arrives, however long the way is."""

from __future__ import annotations

from tests.checks.checking import flow, found

SAY = "- system: '{{ x }}'\n- generate"


def test_a_long_way_is_shown_by_its_beginning_and_its_end() -> None:
    steps = "- set: {x: \"{{ x ~ 'a' }}\"}\n" * 3000 + SAY
    [one] = found(flow(steps, "inputs: {x: string}\n"))
    assert one.rule == "untrusted-system"
    assert one.related[0].message == "it comes in as the input `x`"
    assert [other.message for other in one.related[1:]] == ["`x` takes it over here"] * 7
    assert one.related[-1].source.position(one.related[-1].span.start).line == 3003


def test_what_many_flows_hand_on_to_each_other_is_followed_once() -> None:
    count = 12
    links = [
        f"  f{n}:\n    inputs: {{x: string, y: string}}\n    steps:\n"
        f"      - call: f{n + 1}\n        with: {{x: '{{{{ x ~ y }}}}', y: '{{{{ y ~ x }}}}'}}\n"
        for n in range(count)
    ]
    said = "[{system: '{{ x ~ y }}'}, generate]"
    last = f"  f{count}:\n    inputs: {{x: string, y: string}}\n    steps: {said}\n"
    head = f"flows:\n{''.join(links)}{last}"
    assert found(flow("- call: f0\n  with: {x: a, y: b}", head)) == []
    asked = "- input: Well?\n  as: a\n- call: f0\n  with: {x: b, y: '{{ a }}'}"
    assert [one.rule for one in found(flow(asked, head))] == ["untrusted-system"]


def test_a_text_that_one_of_two_others_wrote_is_theirs() -> None:
    head = "flows:\n  f:\n    inputs: {mine: string, theirs: string}\n    steps: [{system: SAID}, generate]\n"
    call = "- input: Well?\n  as: a\n- call: f\n  with: {mine: b, theirs: '{{ a }}'}"
    for said in ("{{ mine ~ theirs }}", "{{ theirs ~ mine }}", "{{ [mine, theirs] | join }}"):
        assert [one.rule for one in found(flow(call, head.replace("SAID", f"'{said}'")))] == [
            "untrusted-system"
        ]
