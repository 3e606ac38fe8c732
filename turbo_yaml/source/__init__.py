"""Text that was read, and places in it. Imports nothing of ours."""

from turbo_yaml.source.text import Position, Source, Span

__all__ = ["Position", "Source", "Span"]
