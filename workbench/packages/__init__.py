"""What leaves the workbench: deployment packages, exports of projects, recipes."""
