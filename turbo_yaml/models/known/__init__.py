"""What is known of well-known models, as tables that settings can add to."""
