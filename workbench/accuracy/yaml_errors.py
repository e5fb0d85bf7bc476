"""What PyYAML raises for a text that is no YAML: its own errors, and those of conversions left to Python, as for
`"\\UFFFFFFFF"` (OverflowError), `!!int ""` (IndexError), `!!bool maybe` (KeyError), `!!timestamp x`
(AttributeError) and a directive with thousands of digits (ValueError).
"""

import yaml

NOT_YAML = (yaml.YAMLError, RecursionError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError)
