"""`python -m workbench.engine run OPERATION.json`."""

import sys

from workbench.engine.protocol import OPERATIONS, end, main

if __name__ == "__main__":
    end(main(OPERATIONS, sys.argv[1:]))
