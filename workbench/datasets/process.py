"""`python -m workbench.datasets.process run OPERATION.json`: imports and subsets, in a process of their own.

User files are parsed and decoded here and not in a worker, under the protocol of the engine.
"""

import os
import sys

from workbench.engine.protocol import end, main

OPERATIONS = {
    "dataset_import": "workbench.datasets.importing:run",
    "dataset_subset": "workbench.datasets.subset:run",
}

if __name__ == "__main__":
    # Every damaged picture is in the list of warnings; OpenCV need not tell it again.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    end(main(OPERATIONS, sys.argv[1:]))
