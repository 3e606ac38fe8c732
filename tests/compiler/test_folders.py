"""Where a flow reads from: its own folder first, and never out of its project."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from turbo_yaml.compiler.edge import load
from turbo_yaml.compiler.files import project_root

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
PICTURE = """\
turbo: 1
settings: {model: script, script: [a cat]}
steps:
  - user:
      - text: What is it?
      - image: cat.png
  - generate
"""


def test_an_image_is_looked_for_beside_the_flow_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "turbo.yaml").write_text("")
    inner = tmp_path / "flows" / "pictures"
    inner.mkdir(parents=True)
    (inner / "cat.png").write_bytes(PNG)
    (inner / "cat.yaml").write_text(PICTURE)
    assert asyncio.run(load(inner / "cat.yaml", cache=False)().run()).content == "a cat"
    (tmp_path / "flows" / "main.yaml").write_text("turbo: 1\nsteps:\n  - include: ./pictures/cat.yaml\n")
    assert asyncio.run(load(tmp_path / "flows" / "main.yaml", cache=False)().run()).content == "a cat"


def test_the_root_is_the_folder_of_the_project_file_and_never_beyond_the_repository(tmp_path: Path) -> None:
    (tmp_path / "turbo.yaml").write_text("")
    deep = tmp_path / "repository" / "flows"
    deep.mkdir(parents=True)
    assert project_root(deep) == tmp_path
    (tmp_path / "repository" / ".git").mkdir()
    assert project_root(deep) == deep
    (tmp_path / "repository" / "turbo.yaml").write_text("")
    assert project_root(deep) == tmp_path / "repository"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_a_project_file_of_another_user_opens_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "turbo.yaml").write_text("")
    inner = tmp_path / "inner"
    inner.mkdir()
    os.chown(tmp_path / "turbo.yaml", 4321, -1)
    assert project_root(inner) == inner
