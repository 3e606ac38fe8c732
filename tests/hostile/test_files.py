"""Whatever a flow names, nothing outside of its root is read or shown, and nothing is waited for."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

import turbo_yaml
from turbo_yaml.cli.files import find_flows
from turbo_yaml.cli.verbs import invoke
from turbo_yaml.compiler.edge import check
from turbo_yaml.diagnostics.render import render
from turbo_yaml.errors import TurboError, UsageError
from turbo_yaml.runtime.content.attachments import MAX_BYTES as MOST_ATTACHED
from turbo_yaml.source.files import MAX_BYTES, UnreadableText, confine, read_below

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and devices are those of POSIX")

PLANTED = "planted-7f3a"
SECRET = f"turbo: 1\nsteps: [{{user: {PLANTED}}}]\n"

WAYS = {
    "data": "turbo: 1\ndata: {{a: '{0}'}}\nsteps: [{{user: '{{{{ a }}}}'}}, generate]\n",
    "a used file": "turbo: 1\nuse: {{a: '{0}'}}\nsteps: [{{include: a}}, generate]\n",
    "a text that is included": "turbo: 1\nsteps: [{{user: \"{{% include '{0}' %}}\"}}, generate]\n",
    "rows of a test": (
        "turbo: 1\ninputs: {{x: string}}\nsteps: [{{user: '{{{{ x }}}}'}}, generate]\n"
        "tests: [{{name: t, cases: '{0}', model: [hi]}}]\n"
    ),
    "a file of a message": "turbo: 1\nsteps: [{{user: [{{file: '{0}'}}]}}, generate]\n",
    "an image of a message": "turbo: 1\nsteps: [{{user: [{{image: '{0}'}}]}}, generate]\n",
    "a file by a template": (
        "turbo: 1\ninputs: {{x?: {{type: string, default: '{0}'}}}}\n"
        "steps: [{{user: [{{file: '{{{{ x }}}}'}}]}}, generate]\n"
    ),
}

PLACES = [
    "../secret.yaml",
    "sub/../../secret.yaml",
    "../project/../secret.yaml",
    "..",
    "sub/..",
    "link.yaml",
    "chain.yaml",
    "folder_out/secret.yaml",
    "sub/link_up/secret.yaml",
    "loop.yaml",
    "pipe.yaml",
    "socket.yaml",
    "device.yaml",
    "endless",
    "huge.yaml",
    "/proc/self/environ",
    "/dev/zero",
    "/dev/stdin",
    "C:\\secret.yaml",
    "\\\\host\\share\\secret.yaml",
    "..\\secret.yaml",
    "file:///etc/passwd",
    "~/secret.yaml",
    "turbo:../../secret",
    "turbo:/etc/passwd",
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project beside a secret, with every kind of way out of it."""
    (tmp_path / "secret.yaml").write_text(SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLANTED_KEY", PLANTED)
    base = tmp_path / "project"
    (base / "sub").mkdir(parents=True)
    (base / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (base / "chain.yaml").symlink_to("sub/next.yaml")
    (base / "sub" / "next.yaml").symlink_to("../link.yaml")
    (base / "folder_out").symlink_to(tmp_path)
    (base / "sub" / "link_up").symlink_to("../..")
    (base / "loop.yaml").symlink_to("loop.yaml")
    (base / "device.yaml").symlink_to("/dev/zero")
    (base / "endless").symlink_to("/proc/self/environ")
    os.mkfifo(base / "pipe.yaml")
    with (base / "huge.yaml").open("wb") as file:
        file.truncate(MOST_ATTACHED + 1)
    monkeypatch.chdir(base)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.yaml")
    return base


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_naming_a_file_leads_out_of_the_root_or_waits(way: str, root: Path) -> None:
    path = root / "flow.yaml"
    shown = []
    for place in (*PLACES, f"{root.parent}/secret.yaml"):
        path.write_text(WAYS[way].format(place), encoding="utf-8")
        found = [one for one in check(path) if one.severity == "error"]
        told = render(found)
        if not found:
            with pytest.raises(TurboError) as caught:
                asyncio.run(turbo_yaml.load(path).configure({"model": "echo"})().run())
            told = f"{caught.value} {caught.value.hint}"
        assert PLANTED not in told and "Traceback" not in told, place
        shown.append(told)
    assert len(shown) == len(PLACES) + 1 and all(shown)


@pytest.mark.parametrize("swapped", ["sub", "sub/deep", "sub/deep/a.yaml"])
def test_a_link_that_appears_after_the_look_is_not_followed(swapped: str, tmp_path: Path) -> None:
    base, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (base, outside):
        (folder / "sub" / "deep").mkdir(parents=True)
        (folder / "sub" / "deep" / "a.yaml").write_text(folder.name)
    target = confine(base, "sub/deep/a.yaml")
    assert read_below(base, target, "a", MAX_BYTES) == b"root"
    (base / swapped).rename(tmp_path / "moved")
    (base / swapped).symlink_to(outside / swapped)
    with pytest.raises(UnreadableText):
        read_below(base, target, "a", MAX_BYTES)


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    target = confine(tmp_path, "a.yaml")
    target.unlink()
    os.mkfifo(target)
    with pytest.raises(UnreadableText, match="not a regular file"):
        read_below(tmp_path, target, "a.yaml", MAX_BYTES)


def test_the_descriptors_of_files_and_folders_are_closed(root: Path) -> None:
    (root / "sub" / "a.yaml").write_text("a: 1\n")
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for place in ("sub/a.yaml", "pipe.yaml", "huge.yaml", "sub/missing.yaml"):
        for _ in range(20):
            try:
                read_below(root, root.resolve() / place, place, MAX_BYTES)
            except UnreadableText:
                continue
    after = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    assert after == before


def test_what_a_folder_holds_is_found_without_its_pipes_and_ways_out(root: Path) -> None:
    (root / "flow.yaml").write_text("turbo: 1\nsteps: [stop]\n")
    (root / "same.yaml").symlink_to("flow.yaml")
    (root / "a.test.yaml").symlink_to(root.parent / "secret.yaml")
    (root / "turbo.yaml").symlink_to(root.parent / "secret.yaml")
    os.mkfifo(root / "b.test.yaml")
    assert [path.name for path in find_flows(root)] == ["flow.yaml", "loop.yaml", "same.yaml"]
    with pytest.raises(UsageError, match="no flow"):
        find_flows(root / "sub")


SNAPPED = """\
turbo: 1
steps: [{user: hi}, generate]
tests: [{name: t, model: [hello], expect: [snapshot]}]
"""


def _dangling(root: Path) -> None:
    (root / "snapshots").mkdir()
    (root / "snapshots" / "flow.t.txt").symlink_to(root.parent / "victim.txt")


def _elsewhere(root: Path) -> None:
    (root / "snapshots").symlink_to(root.parent)
    (root.parent / "flow.t.txt").write_text(PLANTED)


def _secret(root: Path) -> None:
    (root / "snapshots").mkdir()
    (root / "snapshots" / "flow.t.txt").symlink_to(root.parent / "secret.yaml")


@pytest.mark.parametrize("trick", [_dangling, _elsewhere, _secret])
@pytest.mark.parametrize("flags", [[], ["--update"]])
def test_a_snapshot_that_is_a_link_is_neither_shown_nor_written(
    trick: Callable[[Path], None], flags: list[str], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "flow.yaml").write_text(SNAPPED)
    trick(root)
    assert invoke(["test", "flow.yaml", *flags]) == 1
    out, err = capsys.readouterr()
    assert PLANTED not in out + err and "Traceback" not in out + err
    assert not (root.parent / "victim.txt").exists()
    assert (root.parent / "secret.yaml").read_text() == SECRET
    assert not (root.parent / "flow.t.txt").exists() or (root.parent / "flow.t.txt").read_text() == PLANTED
