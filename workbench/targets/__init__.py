"""Targets: machines to measure on, and how an engine process is run there."""
