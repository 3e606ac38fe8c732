"""Types of values: from the author's notation to JSON Schema, and from text and data to checked values."""

from turbo_yaml.types.declared import MISSING, Input
from turbo_yaml.types.schema.shapes import Kind, static_kind

__all__ = ["MISSING", "Input", "Kind", "static_kind"]
