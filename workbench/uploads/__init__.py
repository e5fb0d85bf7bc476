"""Resumable uploads (tus 1.0.0): the way files come in."""
