"""The chat completions protocol: requests to JSON, and the bytes of a response to replies."""
