"""Rules about expressions: values that do not go together."""
