"""The ways in which an author writes a type."""
