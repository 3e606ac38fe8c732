"""What runs were told, on disk: replies, answers, time and chance, by their place in the flow."""
