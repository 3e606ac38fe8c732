"""Findings to the edits that mend them, where there is one way alone to mend them."""
