"""A run as a conversation: what is shown of it, who answers its questions, what stops it."""
