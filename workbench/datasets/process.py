"""`python -m workbench.datasets.process run OPERATION.json`: all that touches users' files, in a process of its own.

User files are parsed and decoded here and not in a worker, under the protocol of the engine.
"""

import os
import sys

from workbench.engine.protocol import end, main

OPERATIONS = {
    "dataset_import": "workbench.datasets.importing:run",
    "dataset_subset": "workbench.datasets.subset:run",
    "dataset_split": "workbench.datasets.splitting:run",
    "dataset_generate": "workbench.datasets.generating:run",
    "dataset_preview": "workbench.datasets.preview_operation:run",
    "dataset_adopt": "workbench.datasets.adopting:run",
    "dataset_download": "workbench.datasets.downloading:run",
}

if __name__ == "__main__":
    # Every damaged picture is in the list of warnings; OpenCV need not tell it again.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    end(main(OPERATIONS, sys.argv[1:]))
