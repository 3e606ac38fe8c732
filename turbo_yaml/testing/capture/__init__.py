"""A recorded run to a test that is written into a file."""
