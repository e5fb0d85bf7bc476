"""Accuracy: how a model is read, reports on datasets, single predictions."""
