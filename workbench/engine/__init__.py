"""What runs on a target: OpenVINO, NNCF, numpy, OpenCV. It imports nothing else of workbench (DESIGN §4)."""
