"""A conversation at the terminal: what is typed, what is attached, and what becomes of it."""
