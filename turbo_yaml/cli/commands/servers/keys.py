"""`keys`: the keys of servers, kept for the user and never shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.files import read_stdin
from turbo_yaml.cli.options import common, completed
from turbo_yaml.cli.overrides import gather_layers
from turbo_yaml.cli.terminal import is_terminal, put, tell, write
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.models.providers import PROVIDERS
from turbo_yaml.settings.keychain import Keychain
from turbo_yaml.settings.layers import Settings

THERE, NOT_THERE = 0, 1
_LONGEST = 4096


@click.group("keys", short_help="Keep the keys of servers, and tell where each comes from.")
def command() -> None:
    """Keep the keys of servers: in a file that you alone can read, or in the keyring of the system.

    A variable of the environment goes over a key that is kept. No key is ever shown.
    """


@command.command("set")
@click.argument("name", shell_complete=completed("complete_provider"))
@click.option("--keyring", is_flag=True, help="Keep it in the keyring of the system.")
@common
def set_(name: str, keyring: bool) -> None:
    """Keep the key of NAME, a provider or a variable: typed in unseen, or from standard input."""
    variable = _variable(name)
    value = _asked(variable)
    keychain = Keychain()
    keychain.keep(variable, value, keyring=keyring)
    tell(f"{variable} is kept in {'the keyring' if keyring else f'`{keychain.path}`'}")
    found = keychain.find(variable)
    if found is not None and found.origin == "environment":
        tell(f"warning: the variable `{variable}` is set, too, and goes over it")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def list_(as_json: bool) -> None:
    """List the keys that are there, and where each comes from; no key is shown."""
    rows = list(_rows())
    if as_json:
        put(sys.stdout, json.dumps(rows, indent=2) + "\n")
        return
    if not rows:
        tell("no key is there; keep one with `turbo-yaml keys set PROVIDER`")
    width = max((len(row["variable"]) for row in rows), default=0)
    for row in rows:
        used = f"  ({', '.join(row['providers'])})" if row["providers"] else ""
        write(sys.stdout, f"{row['variable']:{width}}  {row['origin']}{used}\n")


@command.command("which")
@click.argument("name", shell_complete=completed("complete_provider"))
@common
def which(name: str) -> int:
    """Tell where the key of NAME comes from, a provider or a variable.

    Exit codes: 0 there is one, 1 there is none.
    """
    variable = _variable(name)
    keychain = Keychain()
    found = keychain.find(variable)
    if found is None:
        tell(f"there is no key `{variable}`; set the variable, or keep one with `turbo-yaml keys set {name}`")
        return NOT_THERE
    where = {"environment": "the environment", "file": str(keychain.path), "keyring": "the keyring"}
    write(sys.stdout, f"{variable}: {where[found.origin]}\n")
    return THERE


@command.command("rm")
@click.argument("name", shell_complete=completed("complete_provider"))
@common
def rm(name: str) -> None:
    """Forget the key of NAME that is kept; a variable of the environment stays."""
    variable = _variable(name)
    if not Keychain().forget(variable):
        raise UsageError(f"no key `{variable}` is kept", hint="`turbo-yaml keys list` tells which are")
    tell(f"{variable} is forgotten")


def _variable(name: str) -> str:
    """Return the variable that holds the key of a provider, or the variable itself."""
    known = _variables()
    if name in known:
        variable = known[name]
        if variable is None:
            raise UsageError(f"the provider `{name}` wants no key")
        return variable
    if name.isascii() and name.isidentifier() and name.upper() == name:
        return name
    raise UsageError(
        f"`{name}` is neither a provider nor the name of a variable",
        hint=did_you_mean(name, known) or "such as `openai` or `OPENAI_API_KEY`",
    )


def _variables() -> dict[str, str | None]:
    """Return the variable of each provider, built in or defined in the settings here."""
    found = {name: each.api_key_env for name, each in PROVIDERS.items() if each.adapter == "openai"}
    defined: Mapping[str, Any] = (
        Settings.built_in().with_layers(gather_layers([], Path())).values.get("providers") or {}
    )
    for name in defined:
        found[name] = defined[name].get("api_key_env", found.get(name))
    return found


def _rows() -> Iterator[dict[str, Any]]:
    keychain = Keychain()
    providers: dict[str, list[str]] = {name: [] for name in keychain.kept()}
    for provider, variable in _variables().items():
        if variable is not None:
            providers.setdefault(variable, []).append(provider)
    kept = keychain.kept()
    for variable, names in sorted(providers.items()):
        origin = keychain.origin(variable, kept)
        if origin is not None:
            yield {"variable": variable, "origin": origin, "providers": names}


def _asked(variable: str) -> str:
    """Return the key: typed in unseen, or all of standard input."""
    if is_terminal(sys.stdin):
        value = str(click.prompt(variable, hide_input=True, err=True))
    else:
        value = "" if sys.stdin is None else read_stdin()
    value = value.strip()
    if not value:
        raise UsageError(
            "there is no key", hint=f"type it in, or pipe it: `… | turbo-yaml keys set {variable}`"
        )
    if not (value.isascii() and value.isprintable()) or len(value) > _LONGEST:
        raise UsageError("this is no key: it has characters that no key has, or is too long")
    return value
