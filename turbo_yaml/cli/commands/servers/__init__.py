"""Verbs about the servers that models are asked at: their keys, and what they offer."""
