"""Caches of model replies: in this process, in a file, in Redis."""
