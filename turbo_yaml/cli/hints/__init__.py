"""What helps a person to the next word: completion in shells, and examples in the help."""
