"""How rules are run: which, when, how severe, what is let be, and that nothing is ever raised."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.checking import flow, found, pointed, told
from turbo_yaml.checks.levels import Levels, levels_of
from turbo_yaml.checks.registry import ALL, ERRORS, load_rule
from turbo_yaml.compiler.edge import check, check_text
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import merge_of

ROOT = Path(__file__).parents[2]
GOOD = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("flows/*.yaml"))]
ODD = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("tests/golden/*/*.yaml"))]
UNUSED = "turbo: 1\ninputs: {a: string}\nsteps: [generate]\n"
FAILS = "turbo: 1\ninputs: {a: string}\nsteps: [{log: '{{ a + 1 }}'}]\n"


def levels(**said: object) -> Levels:
    return Levels({name.replace("_", "-"): level for name, level in said.items()})


@pytest.mark.parametrize("path", sorted(ROOT.glob("flows/**/*.yaml")), ids=lambda path: path.stem)
def test_nothing_is_found_in_the_flows_that_are_shown(path: Path) -> None:
    assert check(path) == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_rule_that_stops_a_run_is_an_error_and_no_other_is(name: str) -> None:
    loaded = load_rule(name)
    assert loaded.rule.name == name
    assert (loaded.rule.severity == "error") == (name in ERRORS)


def test_a_mistake_before_leaves_the_rest_to_be_looked_at() -> None:
    assert told("- user: '{{ a + 1 }}'\n- generat", "inputs: {a: string}\n") == [
        "wrong-operand a + 1",
        "unknown-step generat",
    ]


def test_after_a_step_that_was_lost_names_may_hold_anything() -> None:
    steps = "- set: {n: 1}\n- set: {n: '{{ n | tpyo }}'}\n- log: '{{ n + \"x\" }} {{ zebra }}'"
    assert told(steps) == ["unknown-filter tpyo"]


def test_nothing_is_said_of_a_file_whose_yaml_is_broken() -> None:
    text = 'turbo: 1\ninputs: {a: string}\nsteps:\n  - user: {{ b }}\n  - log: "{{ a + 1 }}"\n'
    assert [one.rule for one in found(text)] == ["yaml-unquoted-template"]


def test_findings_come_in_the_order_of_the_text() -> None:
    text = flow(
        "- generate:\n  as: b\n- log: '{{ a }}'\n- input: q\n  as: d", "inputs: {a?: string, c: string}\n"
    )
    starts = [one.span.start for one in found(text)]
    assert len(starts) == 4
    assert starts == sorted(starts)


def test_nothing_is_said_to_be_unused_beside_an_error() -> None:
    assert told("- log: '{{ a + 1 }}'", "inputs: {a: string, c: string}\n") == ["wrong-operand a + 1"]


def test_a_name_that_is_unknown_in_many_places_is_told_once() -> None:
    (one,) = found(flow("- log: '{{ nobody }}'\n- log: '{{ nobody }} {{ nobody }}'"))
    assert one.rule == "unknown-name"
    assert [related.message for related in one.related] == ["and here", "and here"]


def test_names_that_a_lost_input_or_step_would_have_set_are_no_matter() -> None:
    assert told("- log: '{{ topic }} {{ other }}'", "inuts: {topic: string}\n") == [
        "unknown-key inuts",
        "unknown-name other",
    ]
    assert told("- geerate:\n  as: reply\n- log: '{{ reply }}'") == ["unknown-step geerate"]


def test_a_name_that_is_misspelt_where_it_is_set_is_told_once() -> None:
    head = "inputs: {x: boolean}\n"
    steps = "- set: {anwer: 1}\n- if: x\n  then: [{set: {answer: 2}}]\n- log: '{{ answer }}'"
    (one,) = found(flow(steps, head))
    assert (one.rule, one.help) == ("maybe-unset", "did you mean `anwer`, which is set and never read?")


def test_types_are_not_relied_on_where_one_of_them_is_wrong() -> None:
    assert told("- log: '{{ a + 1 }}'", "inputs: {a: {type: strng, default: x}}\n") == ["unknown-type strng"]


# Settings ----------------------------------------------------------------------------------------------


def test_a_rule_can_be_turned_off_and_made_an_error() -> None:
    assert [one.severity for one in found(UNUSED)] == ["warning"]
    assert found(UNUSED, levels=levels(unused_input="off")) == []
    assert [one.severity for one in found(UNUSED, levels=levels(unused_input="error"))] == ["error"]
    assert [one.severity for one in found(FAILS, levels=levels(wrong_operand="warning"))] == ["warning"]


def test_a_rule_of_style_is_looked_at_when_it_is_asked_for() -> None:
    text = "turbo: 1\nsteps: [generate]\n"
    assert found(text) == []
    assert [one.rule for one in found(text, levels=levels(missing_description="warning"))] == [
        "missing-description"
    ]


def test_an_error_that_keeps_a_flow_from_being_compiled_stays_one() -> None:
    text = "turbo: 1\nsteps: [{log: '{{ nobody }}'}]\n"
    assert [one.severity for one in found(text, levels=levels(unknown_name="off"))] == ["error"]


@pytest.mark.parametrize(
    ("glob", "file", "fits"),
    [
        ("old/*", "/p/old/a.yaml", True),
        ("old/*", "/p/old/b/a.yaml", False),
        ("old/**", "/p/old/b/a.yaml", True),
        ("**/a.yaml", "/p/a.yaml", True),
        ("*.yaml", "/p/old/a.yaml", True),
        ("a?.yaml", "/p/ab.yaml", True),
        ("a.yaml", "/p/aXyaml", False),
        ("./old/a.yaml", "/p/old/a.yaml", True),
        ("old/a.yaml", "/q/old/a.yaml", False),
    ],
)
def test_a_glob_fits_the_files_below_the_folder_of_the_settings(glob: str, file: str, fits: bool) -> None:
    said = Levels({glob: {"unused-input": "off"}}, "/p")
    assert said.of("unused-input", file, "warning") == ("off" if fits else "warning")
    assert said.of("unused-name", file, "warning") == "warning"


def test_of_two_globs_the_later_one_holds() -> None:
    said = Levels(
        {
            "unused-input": "error",
            "old/**": {"unused-input": "off"},
            "old/a.yaml": {"unused-input": "warning"},
        },
        "/p",
    )
    assert said.of("unused-input", "/p/b.yaml", "warning") == "error"
    assert said.of("unused-input", "/p/old/b.yaml", "warning") == "off"
    assert said.of("unused-input", "/p/old/a.yaml", "warning") == "warning"


def test_the_settings_of_layers_are_put_together(tmp_path: Path) -> None:
    def layer(said: object) -> Layer:
        return Layer(LayerKind.PROJECT_FILE, str(tmp_path / "turbo.yaml"), merge_of({"check": said}))

    said = levels_of([layer({"unused-input": "error"}), layer({"old/*": {"unused-input": "off"}})])
    assert said is not None
    assert said.of("unused-input", str(tmp_path / "a.yaml"), "warning") == "error"
    assert said.of("unused-input", str(tmp_path / "old" / "a.yaml"), "warning") == "off"
    assert levels_of([Layer(LayerKind.PROJECT_FILE, "turbo.yaml", merge_of({"temperature": 0}))]) is None


# Comments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "steps",
    [
        "- log: '{{ a + 1 }}' # turbo-yaml: ignore[wrong-operand] it is so",
        "# turbo-yaml: ignore[wrong-operand]\n- log: '{{ a + 1 }}'",
        "# turbo-yaml: ignore[wrong-operand]\n\n# more\n- log: '{{ a + 1 }}'",
        "# turbo-yaml: ignore[wrong-operand]\n- log: |\n    One\n    {{ a + 1 }}",
        "- log: |  # turbo-yaml: ignore[wrong-operand]\n    One\n    {{ a + 1 }}",
        "#turbo-yaml: ignore[ wrong-operand ] why\n- log: '{{ a + 1 }}'",
    ],
)
def test_a_comment_lets_a_finding_be(steps: str) -> None:
    assert told(steps, "inputs: {a: string}\n") == []


def test_a_comment_is_about_its_own_line_alone() -> None:
    steps = "- log: '{{ a + 1 }}' # turbo-yaml: ignore[wrong-operand]\n- log: '{{ a - 1 }}'"
    assert told(steps, "inputs: {a: string}\n") == ["wrong-operand a - 1"]


def test_a_comment_about_a_rule_that_is_off_is_no_matter() -> None:
    text = "turbo: 1\nsteps:\n  - generate # turbo-yaml: ignore[unused-input]\n"
    assert [one.rule for one in found(text)] == ["unused-ignore"]
    assert found(text, levels=levels(unused_input="off")) == []
    assert found(text, levels=levels(unused_ignore="off")) == []


def test_text_that_looks_like_such_a_comment_is_text() -> None:
    assert told('- log: "x # turbo-yaml: ignore[unused-name]"') == []


# Other files -------------------------------------------------------------------------------------------


def test_data_files_are_read_and_known_by_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text('[{"name": "Ana"}]')
    (tmp_path / "broken.json").write_text("[1,")
    head = "data: {people: ./people.json, broken: ./broken.json, absent: ./absent.csv}\n"
    steps = "- log: '{{ people[0].nme }} {{ broken.x }} {{ absent.y }}'"
    assert sorted(told(steps, head, tmp_path)) == [
        "data-syntax ", "unknown-field nme", "unreadable-file ./absent.csv",
    ]  # fmt: skip


def test_data_may_be_large_and_deep(tmp_path: Path) -> None:
    deep = "[" * 900 + "]" * 900
    many = ", ".join(f'"k{n}": {n}' for n in range(20_000))
    (tmp_path / "deep.json").write_text(deep)
    (tmp_path / "many.json").write_text("{" + many + "}")
    head = "data: {deep: ./deep.json, many: ./many.json}\n"
    assert told("- log: '{{ deep[0][0] }} {{ many.k3 }} {{ many.nothing }}'", head, tmp_path) == []


def test_a_file_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    assert told("- include: part", "use: {part: ./part.yaml}\n", tmp_path) == ["unreadable-file ./part.yaml"]


def test_a_circle_through_another_file_is_told_with_its_steps(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("turbo: 1\nname: b\nsteps: [{include: ./flow.yaml}]\n")
    (one,) = found(flow("- include: ./b.yaml"), tmp_path)
    assert one.rule == "endless-cycle"
    assert one.message == "`b` → `flow` → `b` goes on for ever: every path leads on"
    assert one.source.name == "b.yaml"
    assert [(related.source.name, related.message) for related in one.related] == [
        ("flow.yaml", "`flow` goes on in `b`")
    ]


# Whatever the text is ----------------------------------------------------------------------------------


def holds(text: str) -> None:
    """Check a text: nothing is raised, and every place lies within a text."""
    for one in check_text(text, root=ROOT / "tests" / "golden" / "checks"):
        assert 0 <= one.span.start <= one.span.end <= len(one.source.text), one
        assert one.message and one.rule
        for related in one.related:
            assert 0 <= related.span.start <= related.span.end <= len(related.source.text)


@settings(max_examples=200)
@given(st.sampled_from([*GOOD, *ODD]), st.data())
def test_any_change_of_a_flow_is_checked(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        until = min(len(text), at + data.draw(st.integers(0, 12)))
        put = data.draw(
            st.sampled_from(
                ["", " ", "\n", ":", "- ", "{", "}", "[", '"', "'", "{{", "}}", "|", " + ", "x", ".y"]
            )
        )
        text = text[:at] + put + text[until:]
    holds(text)


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_checked(text: str) -> None:
    holds(text)
    holds("turbo: 1\nsteps:\n  - log: |\n      " + text.replace("\n", "\n      "))


# Time --------------------------------------------------------------------------------------------------


def long_flow(count: int) -> str:
    part = """\
- set: {{v{n}: "{{{{ o.a + {n} }}}}"}}
  when: f
- user: "{{{{ v{n} | default(0) }}}} {{{{ xs | join(', ') }}}}"
- if: o.a > {n}
  then: [{{log: "{{{{ o.b | default('x') }}}}"}}]
- for: x{n}
  in: xs
  do: [{{log: "{{{{ x{n} }}}}"}}]
"""
    head = "inputs: {xs: [string], f: boolean, o: {a: integer, b?: string}}\n"
    return flow("".join(part.format(n=n) for n in range(count)), head)


def seconds(text: str) -> float:
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        assert found(text) == []
        best = min(best, time.process_time() - start)
    return best


def test_the_time_grows_with_the_length_and_no_faster() -> None:
    seconds(long_flow(5))
    assert seconds(long_flow(400)) < 10 * 2.0 * max(seconds(long_flow(40)), 0.001)


def test_loops_in_loops_are_not_walked_ever_more_often() -> None:
    def nest(depth: int) -> str:
        if depth == 0:
            return "[{set: {n: '{{ n + 1 }}'}}]"
        return f"[{{while: n < 3, limit: 2, do: {nest(depth - 1)}, otherwise: []}}]"

    assert seconds(f"turbo: 1\ninputs: {{n: integer}}\nsteps: {nest(12)}\n") < 1


def test_a_finding_points_at_the_tightest_place() -> None:
    one, *_ = found(flow("- log: >-\n    é {{ a.b }} and\n    {{ a['c'] }}", "inputs: {a: {b: string}}\n"))
    assert pointed(one) == "'c'"
