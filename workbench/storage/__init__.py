"""The artifact store: the only place that joins paths under the data folder."""

from workbench.storage.store import Storage, StoredArtifact

__all__ = ["Storage", "StoredArtifact"]
