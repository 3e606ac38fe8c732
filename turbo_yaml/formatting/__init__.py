"""Flow files to the same files as the house writes them: edits on text, no dump of data."""
