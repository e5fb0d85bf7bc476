"""`python -m workbench.sample.process run OPERATION.json`: makes the sample model and dataset.

It computes with OpenVINO, so it runs in a process of its own under the protocol of the engine.
"""

import sys

from workbench.engine.protocol import end, main

OPERATIONS = {"make_sample": "workbench.sample.making:run"}

if __name__ == "__main__":
    end(main(OPERATIONS, sys.argv[1:]))
