"""Models: what the user brought, as OpenVINO IR, with its analysis."""
