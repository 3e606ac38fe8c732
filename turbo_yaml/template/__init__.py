"""Jinja text to a tree whose every node has its place in the flow file."""

from turbo_yaml.template.parse import parse_expression, parse_text
from turbo_yaml.template.reads import Read, reads
from turbo_yaml.template.text import Expression, ReadInclude, Text

__all__ = ["Expression", "Read", "ReadInclude", "Text", "parse_expression", "parse_text", "reads"]
