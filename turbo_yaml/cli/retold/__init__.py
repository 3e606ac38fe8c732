"""Recorded runs that are done again, and tests that are made of them."""
