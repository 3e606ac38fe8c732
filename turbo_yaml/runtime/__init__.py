"""A generator of signals to a conversation: the only place that pumps a flow."""
