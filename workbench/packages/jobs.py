"""The job kinds of this room are registered by these imports."""

from workbench.packages import exporting, importing, package_jobs  # noqa: F401
