"""A flow to the page that tells others how to use it."""
