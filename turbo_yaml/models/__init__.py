"""Models: `Request` to `Reply`, over any OpenAI-compatible server or none."""
