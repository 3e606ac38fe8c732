"""Typed flow and facts to a Python syntax tree whose positions are the YAML file's."""
