"""What values can be, worked out without running: gradual types, where names are unset, what can be reached."""
