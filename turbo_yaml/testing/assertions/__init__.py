"""What each assertion of `expect` means."""
