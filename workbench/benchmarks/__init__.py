"""Benchmarks: runs of a project, and where their time goes."""
