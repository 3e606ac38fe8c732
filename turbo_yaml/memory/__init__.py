"""The memories that come with turbo-yaml."""
