"""Scripts that the interpreters of toolchains run: plain Python 3.8, nothing of the workbench is imported."""
