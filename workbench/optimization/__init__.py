"""Smaller and faster versions of a model: how they are made, what they cost in accuracy, and which one is best."""
