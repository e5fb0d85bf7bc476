"""Who may use the server: API tokens, and the guard that stands before every request."""
