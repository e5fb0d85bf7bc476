"""The job kinds of this room are registered by these imports."""

from workbench.packages import exporting, importing  # noqa: F401
