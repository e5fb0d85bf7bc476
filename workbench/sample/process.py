"""`python -m workbench.sample.process run OPERATION.json`: makes the sample model and dataset.

It computes with OpenVINO, so it runs in a process of its own under the protocol of the engine.
"""

import os
import sys

from workbench.engine.protocol import main

OPERATIONS = {"make_sample": "workbench.sample.making:run"}

if __name__ == "__main__":
    # The algebra is small; several threads of it only wait for each other on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main(OPERATIONS, sys.argv[1:]))
