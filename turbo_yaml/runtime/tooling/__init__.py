"""Tools in a run: which there are, how a model and a step call them, and when a person is asked."""
