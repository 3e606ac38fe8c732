"""Source tree to typed flow."""
