"""What stops a YAML parser, in the words of the person who wrote the text."""
