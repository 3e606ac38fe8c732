"""`schema`: the JSON Schema of flow files, settings files or tests, for editors and CI."""

from __future__ import annotations

import json
import sys

import click

from turbo_yaml.cli.options import common
from turbo_yaml.cli.terminal import put


@click.command("schema", short_help="Print the JSON Schema of flows, settings or tests.")
@click.argument("kind", type=click.Choice(["flow", "settings", "tests"]), default="flow")
@common
def command(kind: str) -> None:
    """Print the JSON Schema of flow files (the default), of settings files, or of files of tests.

    An editor with the YAML language server checks and completes a flow whose first line is
    `# yaml-language-server: $schema=flow.schema.json`.
    """
    if kind == "flow":
        from turbo_yaml.flow.schema import flow_schema

        schema = flow_schema()
    elif kind == "tests":
        from turbo_yaml.flow.schema import schema_of_tests

        schema = schema_of_tests()
    else:
        from turbo_yaml.settings.keys import settings_schema

        schema = settings_schema()
    put(sys.stdout, json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
