"""What values can be, worked out without running; where names are unset; what can be reached."""
