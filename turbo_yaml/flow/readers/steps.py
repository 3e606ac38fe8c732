"""One item of a list of steps to a step: finds its verb, reads its keys, and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, Final

from turbo_yaml.diagnostics.suggest import Replacement, did_you_mean
from turbo_yaml.flow.nodes import Broken, Constant, FlowRef, Step
from turbo_yaml.flow.readers.build import build
from turbo_yaml.flow.readers.context import Reading, is_empty, is_hole
from turbo_yaml.flow.readers.keys import read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag
from turbo_yaml.flow.vocabulary import COMMON_KEYS, HEADS, TURN_KEYS, VERBS, Verb
from turbo_yaml.flow.words import RESERVED, advice, meant
from turbo_yaml.settings.keys import STEP
from turbo_yaml.source import Span
from turbo_yaml.syntax import Entry, Node, Scalar
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax.mistakes.site import shortened
from turbo_yaml.template import Text

_OF_A_TURN = frozenset(key.name for key in TURN_KEYS)
_ENDS = frozenset({"return", "stop", "handoff"})
_LEAVES = frozenset({"break", "continue"})
MOST_STEPS: Final = 6000
MOST_FORKS: Final = 500
MOST_FOUND: Final = 500
_FOR_IN = r"(\w+(?:\s*,\s*\w+)*)\s+in\s+(\S.*)"
_WHY_NOT = {
    "none": "there is no loop around it",
    "at_once": "the rounds of this loop run side by side",
    "parallel": "a branch of `parallel` runs on its own",
    "finally": "what `finally` does runs to its end",
}


def read_step(reading: Reading, node: Node) -> Step:
    """Read one step; after a report it is `Broken`, and so are those past what a file may hold."""
    if _is_past_bounds(reading, node):
        return Broken(span=node.span, head=node.span)
    if isinstance(node, MappingNode):
        return _mapping_step(reading, node)
    if isinstance(node, Scalar):
        return _bare_step(reading, node)
    reading.report(
        "wrong-kind", "a step is one verb with its keys; this is a list", node, "take away one `- `"
    )
    return Broken(span=node.span, head=node.span)


def _is_past_bounds(reading: Reading, node: Node) -> bool:
    """Count a step; report the first that is too many. After very many mistakes no more are looked for."""
    reading.steps += 1
    if reading.steps == MOST_STEPS + 1:
        help = "move steps into flows of their own files, or go through a list with `for`"
        reading.report("too-many-steps", f"the file has more than {MOST_STEPS:,} steps", node, help)
    return reading.steps > MOST_STEPS or len(reading.diagnostics) > MOST_FOUND


def check_forks(reading: Reading, node: Node, more: int) -> None:
    """Count branches and loops that fork; report the first that is too many."""
    before, reading.forks = reading.forks, reading.forks + more
    if before <= MOST_FORKS < reading.forks:
        help = "go through a list: `for: x`, `in: xs`, `at_once: 8`"
        reading.report("too-many-steps", f"the file has more than {MOST_FORKS} branches", node, help)


def _bare_step(reading: Reading, node: Scalar) -> Step:
    word = node.text
    verb = HEADS.get(word)
    broken = Broken(span=node.span, head=node.span)
    if not check_tag(reading, node):
        return broken
    if verb is not None and verb.bare:
        entries = {word: Entry(node, Scalar("", node.end, node.end, ""))}
        return _finish(reading, verb, entries, node.span, node.span)
    if verb is not None:
        reading.report(
            "missing-value", f"`{word}` needs a value", node, f"`- {verb.example.splitlines()[0]}`"
        )
    elif is_empty(node):
        reading.report(
            "missing-step", "there is no step after this `-`", node, "write a step, or remove the `-`"
        )
    elif word in RESERVED:
        _report_word(reading, word, node.span)
    else:
        _report_text(reading, node)
    return broken


def _report_text(reading: Reading, node: Scalar) -> None:
    """Report a text where a step belongs."""
    word, colon, rest = node.text.partition(":")
    if colon and word in HEADS:
        meant = f"{word}: {rest.strip()}"
        shown = f"{word}: {rest.strip()[:40]}"
        help: str | None = Replacement(f"put a space after the colon: `{shown}`", node.text, meant)
    elif node.text.split(" ", 1)[0] in HEADS:
        first, _, rest = node.text.partition(" ")
        help = f"put a colon after the verb: `{first}: {rest.strip()[:40]}`"
    elif " " in node.text or "\n" in node.text:
        help = f"a text is said by someone: `- user: {node.text.strip().splitlines()[0][:40]}`"
    else:
        _report_word(reading, node.text, node.span)
        return
    reading.report("missing-step", "this is a text, not a step", node, help)


def _report_word(reading: Reading, word: str, span: Span) -> None:
    """Report a word that is no step."""
    first, _, rest = word.partition(" ")
    if first in HEADS and rest:
        help = f"write `{first}: …`"
        reading.report("yaml-missing-colon", f"there is no `:` after `{first}`", span, help)
    elif word in RESERVED:
        reading.report("reserved-word", f"`{word}` is no step", span, RESERVED[word])
    else:
        reading.report("unknown-step", f"there is no step `{word}`", span, advice(word, HEADS))


def _mapping_step(reading: Reading, node: MappingNode) -> Step:
    entries = node.entries
    heads = [name for name in entries if name in HEADS]
    if len(heads) != 1 or node.tag is not None:
        if check_tag(reading, node):
            _report_heads(reading, node, heads)
        return Broken(span=node.span, head=node.span)
    verb = HEADS[heads[0]]
    return _finish(reading, verb, entries, entries[heads[0]].key.span, node.span)


def _finish(reading: Reading, verb: Verb, entries: Mapping[str, Entry], head: Span, span: Span) -> Step:
    if "at_once" in entries:
        check_forks(reading, entries["at_once"].key, 1)
    if verb.name == "for":
        entries = _with_in_apart(reading, entries)
    reading.step = entries
    given, good = read_keys(reading, entries, _TABLES[verb.name], head)
    good = _check_place(reading, verb.name, head) and good
    good = _check_id(reading, entries, given.get("id")) and good
    if verb.name == "input" and "default" in given:
        good = _check_default(reading, entries["default"].value, given) and good
    if "among" in given and isinstance(given.get(verb.name), FlowRef):
        help = f'leave out `among`, or let data choose: `{verb.name}: "{{{{ name }}}}"`'
        reading.report(
            "conflicting-keys", "the flow is named, so there is no choice", entries["among"].key, help
        )
        good = False
    if not good:
        return Broken(span=span, head=head)
    return build(verb.name, given, entries, head, span)


def _with_in_apart(reading: Reading, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Report `for: x in xs`, as Python and Jinja write it; return the entries with a hole for it."""
    word, node = entries["for"]
    glued = re.fullmatch(_FOR_IN, node.text, re.DOTALL) if isinstance(node, Scalar) else None
    if glued is None:
        return entries
    message = f"`for: {glued[1]}` and `in: {shortened(glued[2])}` are two keys"
    help = "write `in:` on a line of its own, below `for:`"
    reading.report("bad-name", message, node, help)
    return {**entries, "for": Entry(word, Scalar("", node.start, node.end, "broken"))}


def _check_place(reading: Reading, name: str, head: Span) -> bool:
    scope = reading.scope
    if name in _LEAVES and scope.loop != "loop":
        help = "`stop` ends the flow" if scope.loop == "none" else None
        message = f"`{name}` has no loop to act on here: {_WHY_NOT[scope.loop]}"
        reading.report("outside-loop", message, head, help)
        return False
    if name in _ENDS and not scope.may_end:
        reading.report(
            "leaves-finally",
            f"`{name}` cannot end the flow from within `finally`",
            head,
            "put it after the `try` step",
        )
        return False
    return True


def _check_id(reading: Reading, entries: Mapping[str, Entry], id: object) -> bool:
    if not isinstance(id, str):
        return True
    span = entries["id"].value.span
    first = reading.ids.setdefault(id, span)
    if first is span:
        return True
    place = reading.related(f"`{id}` is here first", first)
    reading.report("duplicate-id", f"two steps of this flow have the id `{id}`", span, "rename one", place)
    return False


def _check_default(reading: Reading, node: Node, given: Mapping[str, Any]) -> bool:
    """Report a default that is written out and is no answer that the question takes."""
    default, choices, schema = given["default"], given.get("choices"), given.get("type")
    if isinstance(default, Constant):
        value = default.data
    elif isinstance(default, Text) and default.tree is None:
        value = default.plain
    else:
        return True
    if isinstance(choices, tuple) and all(choice.tree is None for choice in choices):
        labels = [choice.plain for choice in choices]
        if value is None or value in labels:
            return True
        written = node.text if isinstance(node, Scalar) else ""
        help = f'put it in quotes: `"{written}"`' if written in labels else did_you_mean(written, labels)
        reading.report("wrong-default", "the default is none of the `choices`", node, help)
        return False
    if value is None or not isinstance(schema, Mapping):
        return True
    from turbo_yaml.types.validation import partial_problems

    found = partial_problems(schema, schema, value)
    if found:
        reading.report("wrong-default", f"the default does not fit its type: {found[0].message}", node)
    return not found


# What is wrong with a step's keys ----------------------------------------------------------------------


def _report_heads(reading: Reading, node: MappingNode, heads: list[str]) -> None:
    """Report a step with two verbs or none."""
    entries = node.entries
    if heads:
        place = reading.related(f"`{heads[0]}` is here", entries[heads[0]].key.span)
        message = f"`{heads[0]}` and `{heads[1]}` are two steps in one"
        help = f"give `{heads[1]}` a `- ` of its own"
        reading.report("two-steps", message, entries[heads[1]].key, help, place)
    elif not entries:
        help = "write a step, such as `user: …`"
        reading.report("missing-step", "there is no step in this mapping", node, help)
    elif not any(is_hole(entry.key) for entry in entries.values()):
        _report_no_verb(reading, entries)


def _report_no_verb(reading: Reading, entries: Mapping[str, Entry]) -> None:
    """Report the key that was most likely to be the verb."""
    words = [name for name in entries if name not in _owners() and not name.startswith("x-")]
    role = entries["role"].value if "role" in entries and "content" in entries else None
    if isinstance(role, Scalar):
        help = f"write `{role.text if role.text in HEADS else 'user'}: …`"
        reading.report("unknown-step", "there is no step `role`", entries["role"].key, help)
        return
    if words:
        told = [name for name in words if name in RESERVED or meant(name, HEADS)]
        word = (told or words)[0]
        _report_word(reading, word, entries[word].key.span)
        return
    key = next(iter(entries))
    verbs = _owners().get(key, ())
    help = f"`{key}` belongs to {_list_words(verbs)}" if verbs else "begin with a verb, such as `user: …`"
    reading.report("missing-step", "this step has no verb", entries[key].key, help)


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    """Return the keys that stand beside a verb, with the verbs they belong to; none for the common ones."""
    found: dict[str, tuple[str, ...]] = {key.name: () for key in COMMON_KEYS}
    for verb in VERBS:
        for key in verb.keys:
            found[key.name] = (*found.get(key.name, ()), verb.name)
    return found


def _advise_key(verb: Verb, word: str) -> str | None:
    """Return the help for a key that a verb does not have."""
    if verb.name == "generate" and (word in STEP.keys or word in _OF_A_TURN):
        return f"it stands in the value: `generate: {{{word}: …}}`"
    verbs = _owners().get(word)
    if verbs and meant(word, verb.table) is None:
        return f"`{word}` belongs to {_list_words(verbs)}"
    return None


def _list_words(words: tuple[str, ...]) -> str:
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


_TABLES = {
    verb.name: table_of(
        f"`{verb.name}`", (verb.head, *verb.keys, *COMMON_KEYS), verb.any_of, partial(_advise_key, verb)
    )
    for verb in VERBS
}
