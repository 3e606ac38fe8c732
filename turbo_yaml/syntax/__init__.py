"""YAML text to a source tree whose every node has its place."""

from turbo_yaml.syntax.tree import Entry, Mapping, Node, Scalar, Sequence

__all__ = ["Entry", "Mapping", "Node", "Scalar", "Sequence"]
