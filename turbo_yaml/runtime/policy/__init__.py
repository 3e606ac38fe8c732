"""Rules of a run that need no generator: deadlines, retries, answers."""
