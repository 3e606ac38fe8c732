"""Typed flow to facts: which names exist where, what they may hold, which flows are meant."""
