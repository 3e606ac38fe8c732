"""Settings: what layers of files, environment, command line and calls say, made into one set of values."""
