"""Texts and expressions of a flow to Python syntax trees at the same places of the file."""

from turbo_yaml.codegen.templates.module import SUPPORT, TemplateModule
from turbo_yaml.codegen.templates.texts import (
    lower_condition,
    lower_expression,
    lower_leaving,
    lower_text,
    lower_value,
)

__all__ = [
    "SUPPORT",
    "TemplateModule",
    "lower_condition",
    "lower_expression",
    "lower_leaving",
    "lower_text",
    "lower_value",
]
