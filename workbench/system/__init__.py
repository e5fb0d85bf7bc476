"""The server about itself: version, disk, log, health, and what is wrong with it."""
