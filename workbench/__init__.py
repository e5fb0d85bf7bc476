"""Deep Learning Workbench: measured answers about a model on a machine, with OpenVINO."""

__version__ = "0.1.0"
