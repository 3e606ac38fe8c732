"""Records: what a dataclass promises, they keep."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict
from dataclasses import replace as dataclass_replace
from inspect import signature
from typing import Any, ClassVar

import pytest

from turbo_yaml.records import Record, field, maker, replace


class Said(Record):
    """Something."""

    kind: ClassVar[str] = "said"
    text: str
    role: str = "user"


class Instruction(Said):
    """A default changed, a field added."""

    role: str = "system"
    notes: list[str] = field(default_factory=list)


class Open(Said, kw_only=True):
    """A field given by name, which is not shown."""

    key: str = field(default="", repr=False, hash=False)


class Draft(Record, frozen=False):
    """Something that is still written."""

    text: str = ""


class Nothing(Record):
    """No field at all."""


def test_fields_are_given_by_place_and_by_name_and_defaults_fill_the_rest() -> None:
    assert (Said("a").text, Said("a").role, Said("a", role="b").role) == ("a", "user", "b")
    assert (Instruction("a").role, Instruction("a", "b", ["c"]).notes) == ("system", ["c"])
    assert Open("a", "b", key="c").key == "c"
    assert Said.kind == Instruction.kind == "said"


def test_a_subclass_has_its_own_fields_whichever_class_is_made_first() -> None:
    class First(Record):
        a: int = 1

    class Second(First):
        b: int = 2

    assert repr(First()) == f"{First.__qualname__}(a=1)"
    assert repr(Second()) == f"{Second.__qualname__}(a=1, b=2)"


@pytest.mark.parametrize("wrong", [(), ("a", "b", "c")])
def test_missing_and_surplus_values_are_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match=r"Said.__init__\(\)"):
        Said(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        Said("a", other="b")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Open("a", "b", "c")  # type: ignore[call-arg]


def test_a_made_default_is_each_records_own() -> None:
    assert Instruction("a").notes is not Instruction("a").notes


def test_records_of_one_class_with_equal_fields_are_equal_and_have_one_hash() -> None:
    assert Said("a") == Said("a") != Said("b")
    assert hash(Said("a")) == hash(Said("a"))
    assert Said("a") != Open("a")
    assert hash(Open("a", key="b")) == hash(Open("a", key="c"))
    assert Nothing() == Nothing()
    with pytest.raises(TypeError, match="unhashable"):
        hash(Draft())


def test_a_record_is_frozen_and_a_draft_is_not() -> None:
    for name in ("text", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(Said("a"), name, "b")
    with pytest.raises(FrozenInstanceError):
        del Said("a").text
    draft = Draft()
    draft.text = "b"
    assert draft == Draft("b")
    with pytest.raises(AttributeError):
        draft.other = "c"


def test_a_field_that_is_not_to_be_shown_is_not_shown() -> None:
    assert repr(Open("a", key="secret")) == "Open(text='a', role='user')"


def test_a_record_takes_part_in_a_match() -> None:
    match Instruction("a"):
        case Instruction(text, role):
            assert (text, role) == ("a", "system")
    assert Open.__match_args__ == ("text", "role")


@pytest.mark.parametrize("like", [replace, dataclass_replace])
def test_a_record_like_another_has_what_was_changed(like: Any) -> None:
    assert like(Open("a", key="b"), role="c") == Open("a", "c", key="b")
    with pytest.raises(TypeError):
        like(Said("a"), other="b")


def test_records_are_copied_pickled_and_turned_to_data() -> None:
    said = Instruction("a", notes=["b"])
    assert copy.copy(said) == pickle.loads(pickle.dumps(said)) == copy.deepcopy(said) == said
    assert copy.deepcopy(said).notes is not said.notes
    assert asdict(said) == {"text": "a", "role": "system", "notes": ["b"]}


def test_the_signature_of_a_record_is_known_before_one_is_made() -> None:
    class Fresh(Said):
        more: int = 0

    assert str(signature(Fresh)) == "(text, role='user', more=0)"


@pytest.mark.parametrize("before", [0, 20])
def test_the_first_records_of_a_class_are_made_as_all_later_ones(before: int) -> None:
    class Made(Record):
        text: str = field(default_factory=lambda text, words: text or " ".join(words), made_of=("words",))
        role: str = "user"

    class Plain(Record):
        text: str
        notes: list[str] = field(default_factory=list)

    for _ in range(before):
        Made("a"), Plain("a")
    made: Any = Made
    plain: Any = Plain
    assert made(words=["a", "b"]) == Made("a b")
    assert plain("a").notes == []
    assert plain("a").notes is not plain("a").notes
    for wrong in (
        lambda: plain(),
        lambda: plain("a", [], 3),
        lambda: plain("a", text="b"),
        lambda: plain("a", c=1),
    ):
        with pytest.raises(TypeError, match=r"Plain\.__init__"):
            wrong()


def test_a_maker_makes_what_the_class_makes_which_is_frozen_all_the_same() -> None:
    make = maker(Said)
    assert make("a") == Said("a")
    assert make("a", role="b") == make("a", "b") == Said("a", "b")
    said = make("a")
    assert type(said) is Said
    assert repr(said) == "Said(text='a', role='user')"
    assert pickle.loads(pickle.dumps(said)) == copy.copy(said) == said
    with pytest.raises(FrozenInstanceError):
        said.text = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        make()


def test_a_maker_of_some_fields_fills_the_rest_with_the_defaults_of_the_class() -> None:
    class Longer(Said):
        role: str = "system"
        more: int = 3

    assert maker(Longer, "more", "text")(4, "a") == Longer("a", "system", 4)
    assert maker(Instruction, "text", "notes")("a", ["b"]) == Instruction("a", notes=["b"])
