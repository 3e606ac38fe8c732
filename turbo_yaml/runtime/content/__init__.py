"""Messages to data and back, and files to parts of messages."""
