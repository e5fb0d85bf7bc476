"""The Python client of a workbench server.

from workbench.client import Client

with Client() as client:
    made = client.import_model(["mobilenet.onnx"])
    client.wait(made["job"])
    print(client.model(made["model"]["id"])["analysis"]["gflop"])
"""

from workbench.client.client import Client
from workbench.client.connection import Json
from workbench.client.errors import ApiError, BadFiles, ClientError, ServerNotReachable

__all__ = ["ApiError", "BadFiles", "Client", "ClientError", "Json", "ServerNotReachable"]
