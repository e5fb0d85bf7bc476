"""`python -m workbench.packages.process run OPERATION.json`: exports are opened here, not in a worker."""

import os
import sys

from workbench.engine.protocol import end, main

OPERATIONS = {"project_check": "workbench.packages.import_check:run"}

if __name__ == "__main__":
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    end(main(OPERATIONS, sys.argv[1:]))
