"""What an import has in the store before its rows are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.packages.export_document import Content, ExportedReport, ExportedRun
from workbench.storage.store import StoredArtifact


@dataclass
class Ready:
    """What is in the store already and waits for its rows."""

    content: Content
    openvino: str
    dataset_id: str | None = None
    models: list[tuple[StoredArtifact, dict[str, Any]]] = field(default_factory=list)
    dataset: tuple[StoredArtifact, dict[str, Any]] | None = None
    runs: list[list[ExportedRun]] = field(default_factory=list)
    reports: list[list[ExportedReport]] = field(default_factory=list)
    # (project, "runs" or "reports", place, file or "") → what was stored.
    artifacts: dict[tuple[int, str, int, str], StoredArtifact] = field(default_factory=dict)

    def stored(self) -> Iterator[StoredArtifact]:
        yield from (stored for stored, _ in self.models)
        if self.dataset is not None:
            yield self.dataset[0]
        yield from self.artifacts.values()
