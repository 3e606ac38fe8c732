"""Other flows at work for a step, whose signals pass through the one that waits."""
