"""Files that are read, and files that are not."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_yaml.source.files import MAX_BYTES, UnreadableText, confine, decode_text, read_source


def problem_with(path: Path | str, **options: object) -> UnreadableText:
    with pytest.raises(UnreadableText) as caught:
        read_source(path, **options)  # type: ignore[arg-type]
    return caught.value


def test_a_file_is_read_under_the_name_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flow.yaml").write_text("turbo: 1\nname: é😀\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    source = read_source("flow.yaml")
    assert (source.name, source.text) == ("flow.yaml", "turbo: 1\nname: é😀\n")
    assert read_source("flow.yaml", name="other.yaml").name == "other.yaml"


def test_line_ends_are_kept_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a: 1\r\nb: 2\rc: 3\n")
    assert read_source(tmp_path / "a").text == "a: 1\r\nb: 2\rc: 3\n"


def test_a_utf8_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_source(tmp_path / "a").text == "a: 1\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problem = problem_with("flows/none.yaml")
    assert problem.message == "there is no file `flows/none.yaml`"
    assert problem.help and problem.offset is None


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert "is a folder" in problem_with(tmp_path).message


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in problem_with(tmp_path / "pipe").message


def test_a_device_is_refused() -> None:
    assert "not a regular file" in problem_with("/dev/zero").message


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert "cannot be opened" in problem_with("s").message


def test_a_path_with_a_nul_is_refused_and_does_not_crash(tmp_path: Path) -> None:
    assert problem_with("a\0b").message
    assert problem_with("a\0b", root=tmp_path).message


@pytest.mark.parametrize(
    ("size", "limit", "fits"),
    [(MAX_BYTES, MAX_BYTES, True), (MAX_BYTES + 1, MAX_BYTES, False), (11, 10, False)],
)
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(
    tmp_path: Path, size: int, limit: int, fits: bool
) -> None:
    (tmp_path / "a").write_bytes(b"a" * size)
    if fits:
        assert len(read_source(tmp_path / "a", limit=limit).text) == size
    else:
        assert "is larger than" in problem_with(tmp_path / "a", limit=limit).message


def test_the_first_byte_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"name: caf\xe9\n")
    problem = problem_with(tmp_path / "a", name="a")
    assert (problem.message, problem.offset) == ("`a` is not UTF-8 text: byte 10 is 0xe9", 9)


def test_a_byte_order_mark_counts_in_the_place_of_a_wrong_byte() -> None:
    with pytest.raises(UnreadableText) as caught:
        decode_text(b"\xef\xbb\xbfab\xff", "a")
    assert caught.value.offset == 5


@pytest.mark.parametrize(("encoding", "shown"), [("utf-16", "UTF-16"), ("utf-32", "UTF-32")])
def test_another_encoding_is_guessed_from_its_mark(encoding: str, shown: str) -> None:
    with pytest.raises(UnreadableText, match=f"is {shown} text"):
        decode_text("turbo: 1\n".encode(encoding), "a")


def test_a_nul_byte_is_named_by_its_place() -> None:
    with pytest.raises(UnreadableText) as caught:
        decode_text(b"a: b\0c\n", "a")
    assert (caught.value.message, caught.value.offset) == ("`a` is not text: byte 5 is zero", 4)


@given(st.binary(max_size=60))
def test_bytes_become_text_or_a_problem_with_a_place(data: bytes) -> None:
    try:
        text = decode_text(data, "x")
    except UnreadableText as problem:
        assert problem.offset is not None and 0 <= problem.offset < len(data)
    else:
        assert text.encode("utf-8") == data.removeprefix(b"\xef\xbb\xbf")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("s: 1\n")
    base = tmp_path / "root"
    (base / "sub").mkdir(parents=True)
    (base / "a.yaml").write_text("a: 1\n")
    (base / "sub" / "b.yaml").write_text("b: 1\n")
    (base / "out").symlink_to(tmp_path / "secret")
    (base / "folder_out").symlink_to(tmp_path)
    (base / "inside").symlink_to("sub/b.yaml")
    (base / "loop").symlink_to("loop")
    return base


@pytest.mark.parametrize("path", ["a.yaml", "./a.yaml", "sub/../a.yaml", "sub/b.yaml", "inside"])
def test_a_path_under_the_root_is_read(root: Path, path: str) -> None:
    assert read_source(path, root=root).text in ("a: 1\n", "b: 1\n")


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "sub/../../secret",
        "../root/a.yaml",
        "out",
        "folder_out/secret",
        "sub/../../root/a.yaml",
        "..",
        "loop/x",
    ],
)
def test_a_path_that_leads_out_of_the_root_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UnreadableText):
        confine(root, path)


@pytest.mark.parametrize("path", ["/etc/passwd", "C:\\x", "C:x", "\\\\host\\share", "\\x", "//host/x"])
def test_an_absolute_path_of_any_system_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UnreadableText, match="absolute path"):
        confine(root, path)


def test_a_backslash_does_not_hide_a_step_out(root: Path) -> None:
    with pytest.raises(UnreadableText, match="leads out"):
        confine(root, "..\\secret")


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["..", ".", "sub", "a.yaml", "out", "folder_out", "x", ""]), max_size=6))
def test_no_path_is_confined_to_a_place_outside(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    base = tmp_path_factory.getbasetemp() / "confined"
    (base / "sub").mkdir(parents=True, exist_ok=True)
    link = base / "folder_out"
    if not link.is_symlink():
        link.symlink_to(base.parent)
    try:
        found = confine(base, "/".join(parts))
    except UnreadableText:
        return
    assert found.is_relative_to(base.resolve())
