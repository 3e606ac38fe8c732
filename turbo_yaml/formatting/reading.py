"""A file that may be a flow, tests or settings to what is wrong with it: such a file is not formatted."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.parse import parse_flow, parse_test_file
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.settings.sources import PROJECT_FILE
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

TESTS: Final = ".test.yaml"


def mistakes_in(source: Source) -> list[Diagnostic]:
    """Return the errors of a file's YAML and of its shape, in the order of the text."""
    node, found = parse_yaml(source)
    name = PurePath(source.name).name
    if name == PROJECT_FILE and [one.rule for one in found] == ["empty-file"]:
        return []  # settings that set nothing yet
    if not found:
        if name == PROJECT_FILE:
            found = read_settings(node, source, LayerKind.PROJECT_FILE)[1]
        elif name.endswith(TESTS):
            found = parse_test_file(node, source)[1]
        else:
            found = parse_flow(node, source)[1]
    return [one for one in found if one.severity == "error"]
