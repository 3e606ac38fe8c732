"""Good flows with something wrong in them: bytes that no author would write, and slips that any would."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
GOOD = [path.read_bytes() for path in sorted((ROOT / "flows").glob("*.yaml"))]
PIECES = [
    b"", b" ", b"\t", b"\n", b"\r\n", b":", b": ", b"- ", b"'", b'"', b"[", b"]", b"{", b"}", b"{{ ", b" }}",
    b"{% for x in y %}", b"{% include '../../secret.md' %}", b"#", b" #", b"&a ", b"*a", b"!env X ",
    b"<<: *a", b"\xef\xbb\xbf", b"\xff", b"\x00", b"\x1b[31m", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xc2\x85",
    b"---\n", b"?", b"|", b">", b"@", b"`", b"%", b"yes", b"012", b"9" * 30, b"'a' * 10 ** 8",
    b"range(10 ** 12)",
    b"use: {up: ../../up.yaml}\n", b"data: {up: /etc/passwd}\n", b"data: {up: ../up.json}\n",
    b"generate: ", b"include: ../../up.yaml\n", b"# turbo-yaml: ignore[unused-name, maybe-null] why\n",
    b"usr: ",
]  # fmt: skip
ESCAPES = [
    b"turbo: 1\nuse: {up: ../../up.yaml}\nsteps:\n  - include: up\n",
    b"turbo: 1\nuse: {up: ./link.yaml}\nsteps:\n  - include: up\n",
    b"turbo: 1\ndata: {up: ../../up.json}\nsteps:\n  - user: '{{ up }}'\n",
    b"turbo: 1\ndata: {up: /etc/passwd}\nsteps:\n  - user: '{{ up }}'\n",
    b"turbo: 1\nsteps:\n  - include: ../../up.yaml\n",
    b"turbo: 1\nsteps:\n  - user: \"{% include '../../secret.md' %}\"\n",
    b"turbo: 1\nsteps:\n  - user: \"{% include 'link.md' %}\"\n",
    b"turbo: 1\nsteps:\n  - user: [{file: ../../secret.md}, {image: 'http://127.0.0.1:9/x.png'}]\n",
    b"turbo: 1\nsteps:\n  - user: \"{{ ''.__class__.__mro__[1].__subclasses__() }} {{ 'a' * 10 ** 9 }}\"\n",
]
"""Flows that reach for what is outside of their root, or for what a template must not have."""


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A good flow after one to four cuts and insertions."""
    data = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 2, 5, 30, 200])))
        data = data[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + data[end:]
    return data


ANYTHING = st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
"""Any bytes, and any text."""
