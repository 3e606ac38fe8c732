"""The command line: words, files and a terminal to the calls of the compiler and the runtime."""
