"""The job kind `check`."""
