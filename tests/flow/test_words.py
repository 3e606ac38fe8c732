"""The words of the language, and what is said of others."""

from __future__ import annotations

import pytest

from turbo_yaml.flow.nodes import Retry, Say, Turn
from turbo_yaml.flow.vocabulary import (
    COMMON_KEYS,
    FILE_KEYS,
    HEADS,
    MEMORY_KEYS,
    RETRY_KEYS,
    SUBFLOW_KEYS,
    TURN_KEYS,
    VERBS,
)
from turbo_yaml.flow.words import RESERVED, SYNONYMS, advice, meant

KNOWN = {key.name for verb in VERBS for key in (verb.head, *verb.keys)}
KNOWN |= {key.name for key in (*COMMON_KEYS, *FILE_KEYS, *TURN_KEYS)}


def test_every_synonym_stands_for_words_that_exist() -> None:
    unknown = {word: targets for word, targets in SYNONYMS.items() if not set(targets) <= KNOWN}
    assert not unknown


def test_a_reserved_word_is_no_step_and_has_a_note() -> None:
    assert set(RESERVED) == {"emit", "wait_for", "prefix", "python", "shell", "goto"}
    assert not RESERVED.keys() & HEADS.keys()
    assert all(RESERVED.values())


def test_a_synonym_is_looked_up_only_among_what_is_legal() -> None:
    assert meant("prompt", {"user", "steps"}) == "user"
    assert meant("prompt", {"steps", "flows"}) == "steps"
    assert meant("prompt", {"flows"}) is None


def test_a_synonym_comes_before_the_nearest_in_spelling() -> None:
    assert meant("foreach", HEADS) == "for"
    assert meant("ForEach", HEADS) == "for"
    assert meant("for-each", HEADS) == "for"


def test_a_word_near_nothing_is_told_what_there_is() -> None:
    assert advice("zzz", {"top", "bottom"}) in ("one of `top`, `bottom`", "one of `bottom`, `top`")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_what_is_said_of_a_key_is_a_sentence(verb: object) -> None:
    assert isinstance(verb, type(VERBS[0]))
    for key in (verb.head, *verb.keys):
        assert key.doc[0].isupper() or key.doc[0] == "`", key.name
        assert key.doc.endswith((".", ".`")), key.name
        assert "\n" not in key.doc


def test_neighbours_are_keys_of_the_same_step() -> None:
    for verb in VERBS:
        for key in verb.keys:
            assert {*key.needs, *key.excludes, *verb.any_of} <= verb.table.keys()


def test_the_defaults_in_the_table_are_those_of_the_nodes() -> None:
    retry = {key.name: key.default for key in RETRY_KEYS}
    assert (retry["wait"], retry["backoff"], retry["max"]) == ("1s", 2, "60s")
    assert (Retry(1).wait, Retry(1).backoff, Retry(1).max) == (1.0, 2.0, 60.0)
    forward = {verb.name: verb.table["forward"].default for verb in VERBS if "forward" in verb.table}
    assert set(forward.values()) == {Say.__dataclass_fields__["forward"].default} == {False}
    turn = {key.name: key.default for key in TURN_KEYS}
    assert turn["forward"] is Turn.__dataclass_fields__["forward"].default is True


def test_a_memory_of_the_table_can_be_made() -> None:
    from turbo_yaml.memory.registry import KINDS

    (kind,) = [key for key in MEMORY_KEYS if key.name == "kind"]
    assert set(kind.options) <= set(KINDS)


def test_a_local_flow_has_the_keys_of_a_file_but_for_those_of_files() -> None:
    of_files = {key.name for key in FILE_KEYS} - {key.name for key in SUBFLOW_KEYS}
    assert of_files == {"turbo", "name", "profiles", "use", "data", "tools", "flows", "tests"}
