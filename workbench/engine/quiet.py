"""No telemetry: that of OpenVINO and NNCF is off before either is imported (DESIGN §9).

Both send through the package `openvino_telemetry`, OpenVINO on every import and NNCF on every call, unless the user
declined in a file of the home folder or the process seems to run in CI (`disable_in_ci=True` in OpenVINO's
`tools/ovc/telemetry_utils.py` and NNCF's `telemetry/wrapper.py`). Both do without that package where it is missing.
"""

import os
import sys

_TELEMETRY = "openvino_telemetry"
_SENDER = "openvino_telemetry.utils.sender"


def environment() -> dict[str, str]:
    """Variables for the environment of a process, so that OpenVINO and NNCF report nothing in it and its children."""
    return {"CI": "true", "NNCF_CI": "1"}


def silence() -> None:
    """Make telemetry impossible in this process: its package cannot be imported from here on, and OpenVINO and NNCF
    fall back on their own empty stand-ins. Programs started from here inherit `environment()`.

    Call it before OpenVINO or NNCF is imported. Where that is too late (in a test or a notebook), what is loaded
    already is made to send nothing any more.
    """
    os.environ.update(environment())
    sender = sys.modules.get(_SENDER)
    if sender is not None:
        sender.TelemetrySender.send = _nothing
    else:
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]


def _nothing(*_: object) -> None:
    """What is sent."""
