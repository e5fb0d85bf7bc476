"""Datasets: samples with or without annotations, in one internal form."""
