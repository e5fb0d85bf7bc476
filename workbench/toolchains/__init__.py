"""Toolchains: isolated environments for tools that cannot live with today's OpenVINO."""
