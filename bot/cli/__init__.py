"""The command line: one file for each command, which reads its words, asks, and prints."""
