"""The job kinds of this room are registered by these imports."""
