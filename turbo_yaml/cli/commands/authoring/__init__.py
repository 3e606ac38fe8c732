"""Verbs for whoever writes flows: how they look, and what others read of them."""
