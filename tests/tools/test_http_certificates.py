"""HTTP tools over TLS: whose certificate is believed."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.tools.web import Names, Web, run_with, tool
from turbo_yaml.errors import ToolError


class SecureWeb(Web):
    """A server that shows a certificate."""

    def __init__(self, answers: Any, certificate: Path) -> None:
        super().__init__(answers)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    async def __aenter__(self) -> SecureWeb:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._context)
        self._port = self._server.sockets[0].getsockname()[1]
        return self


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate of its own making for `shop.test`."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "shop.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + made.public_bytes(pem))
    return path


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
