"""The one stream of server-sent events."""
