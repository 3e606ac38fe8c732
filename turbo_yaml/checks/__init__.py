"""Facts to opinions: what is wrong or doubtful with a flow that can be read, one rule a module."""
