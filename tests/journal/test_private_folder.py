"""What is kept on disk is the user's alone: nobody else can have put it there, and none of it is pickled."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import turbo_yaml
from turbo_yaml.cache.file import SqliteCache
from turbo_yaml.errors import TurboError
from turbo_yaml.journal.database import connect
from turbo_yaml.memory import conversations

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes are those of POSIX")
NOBODY = 12345
PICKLES = re.compile(r"^\s*(import|from) (pickle|shelve|dill|joblib)\b", re.MULTILINE)


def journal(folder: Path) -> None:
    connect(folder).close()


def cache(folder: Path) -> None:
    asyncio.run(SqliteCache(folder).set("key", ["value"]))


def talk(folder: Path) -> None:
    conversations.connect(folder / "conversations.db").close()


KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "journal": ("journal.db", journal), "cache": ("cache.db", cache), "talk": ("conversations.db", talk),
}  # fmt: skip


def others_folder(folder: Path, file: Path) -> None:
    folder.chmod(0o777)


def sticky_folder(folder: Path, file: Path) -> None:
    folder.chmod(0o1777)


def others_file(folder: Path, file: Path) -> None:
    file.chmod(0o666)


def foreign_folder(folder: Path, file: Path) -> None:
    _give_away(folder)


def foreign_file(folder: Path, file: Path) -> None:
    _give_away(file)


def foreign_group(folder: Path, file: Path) -> None:
    if os.getuid():
        pytest.skip("only root gives files away")
    os.chown(folder, -1, NOBODY)
    folder.chmod(0o770)


def link_to_foreign_file(folder: Path, file: Path) -> None:
    theirs = folder.parent / "theirs"
    file.rename(theirs)
    _give_away(theirs)
    file.symlink_to(theirs)


def _give_away(path: Path) -> None:
    if os.getuid():
        pytest.skip("only root gives files away")
    os.chown(path, NOBODY, NOBODY)


TRICKS = (
    others_folder, sticky_folder, others_file, foreign_folder, foreign_file, foreign_group,
    link_to_foreign_file,
)  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_what_another_user_can_have_written_is_not_used(
    kind: str, trick: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    name, use = KINDS[kind]
    folder = tmp_path / "state"
    use(folder)
    use(folder)
    trick(folder, folder / name)
    with pytest.raises(TurboError, match="is not used: ") as caught:
        use(folder)
    assert "--state DIR" in (caught.value.hint or "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_is_the_users_alone_whatever_the_mask(kind: str, tmp_path: Path) -> None:
    name, use = KINDS[kind]
    before = os.umask(0)
    try:
        use(tmp_path / "state")
    finally:
        os.umask(before)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / name).stat().st_mode & 0o777 == 0o600


def test_the_group_that_is_the_users_own_may_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)
    journal(tmp_path)
    assert (tmp_path / "journal.db").stat().st_size > 0
    assert tmp_path.stat().st_mode & 0o777 == 0o770


WRITER = """
import asyncio, sys
from turbo_yaml.cache.file import SqliteCache

async def work():
    cache = SqliteCache(sys.argv[1])
    for number in range(15):
        value = {"text": str(number) * 500}
        await asyncio.gather(*(cache.set(f"{number}-{part}", value) for part in range(3)))
        assert await cache.get(f"{number}-0") == value

asyncio.run(work())
"""


def test_many_processes_write_one_new_cache_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-c", WRITER, str(tmp_path / "new")]
    writers = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers]
    assert ended == [("", 0)] * 4
    found = asyncio.run(SqliteCache(tmp_path / "new").stats())
    assert found.entries == 45


def test_nothing_is_pickled_and_what_is_written_whole_is_put_in_place_at_once() -> None:
    package = Path(turbo_yaml.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    assert not [name for name, text in texts.items() if PICKLES.search(text)]
    for file in ("compiler/store.py", "settings/keychain.py", "settings/trust.py"):
        text = (package / file).read_text(encoding="utf-8")
        assert "mkstemp" in text and "replace(" in text and "write_text" not in text
