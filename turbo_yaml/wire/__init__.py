"""What everything that speaks to a server shares."""
