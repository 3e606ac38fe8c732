"""HTTP tools over TLS: whose certificate is believed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server.secure import Secure, write_certificate
from tests.tools.web import Names, Web, run_with, tool
from turbo_yaml.errors import ToolError


class SecureWeb(Secure, Web):
    """A server of any path that shows a certificate."""

    def __init__(self, answers: Any, certificate: Path) -> None:
        super().__init__(answers, certificate)
        self.asked = asyncio.Event()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate of its own making for `shop.test`."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "shop.pem", "shop.test")


def ask(name: str, certificate: Path) -> Any:
    """Call a tool at a name, at a server with a certificate for `shop.test`."""

    async def call() -> Any:
        async with SecureWeb([{"body": "1"}], certificate) as web:
            allow = (f"http:{name}:{web.port}", f"http:127.0.0.1:{web.port}")
            return await tool(f"GET https://{name}:{web.port}/", *allow).call({})

    return run_with(Names({name: ["127.0.0.1"]}), call())


def test_a_certificate_for_the_name_by_somebody_who_is_trusted_is_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask("shop.test", certificate) == 1


def test_a_certificate_for_another_name_is_not_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(ToolError, match="certificate"):
        ask("other.test", certificate)


def test_a_certificate_that_nobody_trusted_made_is_not_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(ToolError, match="certificate"):
        ask("shop.test", certificate)
