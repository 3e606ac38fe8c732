"""`keys` and `models`: which key goes to which server, and that no key is ever shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keyring import get_keyring, set_keyring
from keyring.backend import KeyringBackend

from tests.cli.conftest import Done
from tests.server import Answer, ThreadServer
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keychain import Keychain

KEY = "sk-planted-0123456789abcdefghij"
Turbo = Callable[..., Done]


@pytest.fixture
def server(folder: Path) -> Iterator[ThreadServer]:
    """A server that the project calls `here`, whose key is in `HERE_API_KEY`."""
    listed = {"data": [{"id": "b-model"}, {"id": "a-model"}, {"id": "a-model"}]}
    with ThreadServer([Answer(body=listed)]) as server:
        settings = {"providers": {"here": {"base_url": server.url, "api_key_env": "HERE_API_KEY"}}}
        (folder / "turbo.yaml").write_text(json.dumps(settings), encoding="utf-8")
        yield server


@pytest.fixture
def keys_file(environ: dict[str, str]) -> Path:
    return Path(environ["XDG_CONFIG_HOME"]) / "turbo-yaml" / "keys.json"


def test_a_key_is_kept_for_the_user_alone_and_goes_to_its_server(
    turbo: Turbo, server: ThreadServer, keys_file: Path
) -> None:
    done = turbo("keys", "set", "here", piped=KEY + "\n")
    assert done == (0, "", f"HERE_API_KEY is kept in `{keys_file}`\n")
    assert keys_file.stat().st_mode & 0o777 == 0o600
    assert keys_file.parent.stat().st_mode & 0o777 == 0o700
    assert turbo("keys", "list").out == "HERE_API_KEY  file  (here)\n"
    assert turbo("keys", "which", "here").out == f"HERE_API_KEY: {keys_file}\n"
    assert turbo("models") == (0, "here/a-model\nhere/b-model\n", "")
    (request,) = server.received
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_kept_key_is_used_by_a_run(turbo: Turbo, folder: Path, keys_file: Path) -> None:
    with ThreadServer(["Good day."]) as server:
        settings = {"providers": {"here": {"base_url": server.url, "api_key_env": "HERE_API_KEY"}}}
        (folder / "turbo.yaml").write_text(json.dumps(settings), encoding="utf-8")
        turbo("keys", "set", "HERE_API_KEY", piped=KEY)
        done = turbo("run", "hello.yaml", "-p", "name", "Ada", "-m", "here/x", "--no-journal")
        (request,) = server.received
    assert (done.code, done.out) == (0, "Good day.\n")
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_the_environment_goes_over_what_is_kept(
    turbo: Turbo, server: ThreadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turbo("keys", "set", "here", piped="kept-key")
    monkeypatch.setenv("HERE_API_KEY", KEY)
    assert turbo("keys", "which", "here").out == "HERE_API_KEY: the environment\n"
    assert "goes over it" in turbo("keys", "set", "here", piped="kept-key").err
    turbo("models", "here")
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_key_that_is_forgotten_is_gone(turbo: Turbo, server: ThreadServer, keys_file: Path) -> None:
    turbo("keys", "set", "here", piped=KEY)
    assert turbo("keys", "rm", "here").code == 0
    assert KEY not in keys_file.read_text(encoding="utf-8")
    assert turbo("keys", "which", "here").code == 1
    again = turbo("keys", "rm", "here")
    assert (again.code, "no key `HERE_API_KEY` is kept" in again.err) == (2, True)


def test_no_key_is_ever_shown(turbo: Turbo, server: ThreadServer) -> None:
    said = [turbo("keys", "set", "here", piped=KEY)]
    for words in (["list"], ["list", "--json"], ["which", "here"], ["rm", "here"]):
        said.append(turbo("keys", *words))
    assert all(KEY not in done.out + done.err for done in said)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_can_reach_is_refused_with_the_next_move(
    turbo: Turbo, server: ThreadServer, keys_file: Path, mode: int
) -> None:
    turbo("keys", "set", "here", piped=KEY)
    keys_file.chmod(mode)
    for words in (["keys", "list"], ["keys", "set", "here"], ["models"], ["models", "here"]):
        done = turbo(*words, piped="x-key")
        assert done.code in (2, 3)
        assert f"others can reach them (mode {mode:04o})" in done.err
        assert "`chmod 600 " in done.err
    assert not server.received


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="files are given away by root alone"
)
def test_a_file_of_another_user_is_refused(turbo: Turbo, server: ThreadServer, keys_file: Path) -> None:
    turbo("keys", "set", "here", piped=KEY)
    os.chown(keys_file, 12345, 12345)
    done = turbo("models", "here")
    assert (done.code, "belongs to another user" in done.err) == (3, True)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"A": 1}', '{"A": {"keyring": false}}'])
def test_a_file_that_is_no_file_of_keys_is_refused(tmp_path: Path, text: str) -> None:
    keychain = Keychain({"XDG_CONFIG_HOME": str(tmp_path)})
    assert keychain.path is not None
    keychain.path.parent.mkdir()
    keychain.path.write_text(text, encoding="utf-8")
    keychain.path.chmod(0o600)
    with pytest.raises(UsageError, match="does not hold keys by name"):
        keychain.find("A")


@pytest.mark.parametrize("piped", ["", "  \n", "two\nlines", "schlüssel"])
def test_what_is_no_key_is_refused(turbo: Turbo, keys_file: Path, piped: str) -> None:
    assert turbo("keys", "set", "openai", piped=piped).code == 2
    assert not keys_file.exists()


def test_a_name_that_is_none_is_answered_with_the_nearest(turbo: Turbo) -> None:
    assert "did you mean `openai`?" in turbo("keys", "which", "opnai").err
    assert "wants no key" in turbo("keys", "set", "ollama", piped=KEY).err


class Ring(KeyringBackend):
    """A keyring in this process."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = get_keyring(), Ring()
    set_keyring(ring)
    yield ring
    set_keyring(before)


def test_a_key_can_be_kept_in_the_keyring_of_the_system(
    turbo: Turbo, server: ThreadServer, ring: Ring, keys_file: Path
) -> None:
    assert turbo("keys", "set", "here", "--keyring", piped=KEY).err == "HERE_API_KEY is kept in the keyring\n"
    assert KEY not in keys_file.read_text(encoding="utf-8")
    assert turbo("keys", "list").out == "HERE_API_KEY  keyring  (here)\n"
    assert turbo("models", "here").code == 0
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    turbo("keys", "rm", "here")
    assert not ring.held


def test_models_are_told_as_json(turbo: Turbo, server: ThreadServer) -> None:
    turbo("keys", "set", "here", piped=KEY)
    assert json.loads(turbo("models", "here", "--json").out)[0] == {
        "model": "here/a-model",
        "provider": "here",
        "name": "a-model",
    }


def test_without_a_key_or_a_server_one_line_says_so(turbo: Turbo, server: ThreadServer) -> None:
    none = turbo("models", "here")
    assert none.code == 3
    first, *_ = none.err.splitlines()
    assert first == "error[auth]: there is no key for `here`: the variable `HERE_API_KEY` is not set"
    with ThreadServer([]) as other:
        gone = f"providers.gone.base_url={other.url}"
    done = turbo("models", "gone", "--set", gone, "--set", "providers.gone.api_key_env=null")
    assert done.code == 3
    assert done.err.startswith("error[connection]: `gone` does not answer at http://127.0.0.1:")


def test_one_server_that_fails_leaves_the_others(turbo: Turbo, server: ThreadServer) -> None:
    server_here = ["--set", "providers.here.api_key_env=null"]
    with ThreadServer([Answer(body={"models": "none"})]) as other:
        words = ["--set", f"providers.odd.base_url={other.url}", "--set", "providers.odd.api_key_env=null"]
        done = turbo("models", *server_here, *words)
    assert done == (
        0,
        "here/a-model\nhere/b-model\n",
        "error[bad_reply]: `odd` answered with no list of models\n",
    )
