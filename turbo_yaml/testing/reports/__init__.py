"""Outcomes of tests to what people, other tools and files get of them."""
