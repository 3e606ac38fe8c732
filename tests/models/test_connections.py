"""Where a model's connection goes: to the server that was configured, by its certificate, or nowhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.models.asking import KEY, Asked, ask_at, run
from tests.server import Answer, Server
from tests.server.secure import Secure, write_certificate
from turbo_yaml.compiler.edge import loads

PNG = Answer(body=b"\x89PNG\r\n\x1a\n", content_type="image/png")


async def asked_securely(certificate: Path, streamed: bool) -> tuple[Asked, int]:
    """Return what comes of asking a server with a certificate, and how many requests it saw."""
    async with Secure(["safe"], certificate) as server:
        found = await ask_at(f"https://127.0.0.1:{server.port}/v1", streamed)
        return found, len(server.received)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Certificates for this machine's address and for another name."""
    folder = tmp_path_factory.mktemp("tls")
    return {name: write_certificate(folder / f"{name}.pem", name) for name in ("127.0.0.1", "other.test")}


@pytest.mark.parametrize("streamed", [False, True])
def test_a_server_that_shows_a_certificate_of_its_own_making_gets_no_key(
    streamed: bool, certificates: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    found, requests = run(asked_securely(certificates["127.0.0.1"], streamed))
    assert found.error is not None and found.error.kind == "connection"
    assert "certificate" in found.error.message and KEY not in found.error.message
    assert requests == 0


def test_a_certificate_counts_for_its_own_name_where_its_maker_is_trusted(
    certificates: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["127.0.0.1"]))
    found, requests = run(asked_securely(certificates["127.0.0.1"], False))
    assert found.reply is not None and (found.reply.content, requests) == ("safe", 1)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["other.test"]))
    found, requests = run(asked_securely(certificates["other.test"], False))
    assert found.error is not None and "certificate" in found.error.message and requests == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_key_and_no_word_follows_a_redirect(status: int) -> None:
    async def work() -> tuple[Asked, int, int]:
        async with Server(["elsewhere"]) as other:
            moved = Answer(status=status, headers={"location": f"{other.url}/chat/completions"}, body="")
            async with Server([moved]) as server:
                found = await ask_at(server.url)
                return found, len(server.received), other.connections

    found, asked, connected = run(work())
    assert found.error is not None and found.error.kind == "not_found"
    assert (asked, connected) == (1, 0)


def test_a_server_that_no_proxy_is_for_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> tuple[Asked, int]:
        async with Server(["through"]) as proxy, Server(["direct"]) as server:
            monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            return await ask_at(server.url), proxy.connections

    found, through = asyncio.run(work())
    assert found.reply is not None and (found.reply.content, through) == ("direct", 0)


def test_what_a_message_names_by_its_address_is_for_the_server_to_ask_for() -> None:
    async def work() -> tuple[str, int]:
        async with Server([PNG] * 3) as pictures, Server(["I see."]) as server:
            at = f"{pictures.url}/a.png"
            flow = f"turbo: 1\nsteps: [{{user: [{{image: '{at}'}}, {{file: '{at}'}}]}}, generate]\n"
            house = {"base_url": server.url, "api_key_env": None}
            fn = loads(flow).configure({"model": "house/m", "providers": {"house": house}})
            assert await fn().finish() == "I see."
            await fn.aclose()
            assert str(server.received[0].data["messages"]).count(at) == 2
            return at, pictures.connections

    assert asyncio.run(work())[1] == 0
