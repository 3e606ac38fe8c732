"""`--allow` adds to what the files allow, and a flow itself can allow nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from turbo_yaml.cli.verbs import invoke


@pytest.fixture
def flow(tmp_path: Path) -> str:
    path = tmp_path / "flow.yaml"
    path.write_text("turbo: 1\nsteps: [stop]\n")
    (tmp_path / "turbo.yaml").write_text("allow: ['http:a.example']\n")
    return str(path)


def test_what_is_allowed_on_the_command_line_joins_what_the_project_allows(
    flow: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML_TRUST", str(Path(flow).parent))
    flags = ["--allow", "mcp:time-server", "--allow", "secret:KEY@a.example"]
    assert invoke(["settings", "explain", flow, "allow", *flags]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == 'allow: ["http:a.example", "mcp:time-server", "secret:KEY@a.example"]'


@pytest.mark.parametrize("entry", ["a.example", "https://a.example", "http:", ""])
def test_what_allows_nothing_is_an_error_that_shows_the_flag(
    entry: str, flow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", flow, "--allow", entry]) == 2
    told = capsys.readouterr().err
    assert "`http:HOST`" in told and "--allow http:api.example.com" in told
