"""Comparisons: runs and projects beside each other, and the check that may fail a build."""
