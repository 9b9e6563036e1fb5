"""The command line: the same commands as the buttons send."""
