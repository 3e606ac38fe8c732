"""`-m provider/model` means that provider, whatever a flow or a file says of `provider`."""

from __future__ import annotations

from pathlib import Path

import pytest

from turbo_yaml.cli.verbs import invoke

FLOW = "turbo: 1\nsettings: {provider: openai, model: gpt-4o}\nsteps: [{user: hi}, generate]\n"


@pytest.fixture
def flow(tmp_path: Path) -> str:
    path = tmp_path / "flow.yaml"
    path.write_text(FLOW)
    return str(path)


def shown(flow: str, key: str, model: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert invoke(["settings", "explain", flow, key, "-m", model]) == 0
    return capsys.readouterr().out.splitlines()[0]


def test_a_well_known_provider_before_the_slash_is_the_provider(
    flow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(flow, "provider", "groq/llama", capsys) == 'provider: "groq"'
    assert shown(flow, "model", "groq/llama", capsys) == 'model: "llama"'


def test_a_provider_of_the_project_before_the_slash_is_the_provider(
    flow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML_TRUST", str(tmp_path))
    (tmp_path / "turbo.yaml").write_text("providers: {mine: {base_url: 'http://127.0.0.1:9/v1'}}\n")
    assert shown(flow, "provider", "mine/llama", capsys) == 'provider: "mine"'


def test_a_slash_in_a_models_own_name_leaves_the_provider(
    flow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(flow, "provider", "meta-llama/llama-3", capsys) == 'provider: "openai"'
    assert shown(flow, "model", "meta-llama/llama-3", capsys) == 'model: "meta-llama/llama-3"'
