"""JSON Schema 2020-12 as data: its keywords, what they mean, and the words for both."""
