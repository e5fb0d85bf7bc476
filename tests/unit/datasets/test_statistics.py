"""Histograms of pictures and boxes, counted by hand."""

from workbench.datasets.schemas import Statistics
from workbench.datasets.statistics import Gatherer


def box(width: float, height: float, **more: float) -> dict[str, object]:
    return {"label": 0, "bbox": [0, 0, width, height], **more}


class TestGatherer:
    def test_pictures_alone(self) -> None:
        gatherer = Gatherer()
        for width in (100, 100, 300):
            gatherer.add({"width": width, "height": 50})
        found = Statistics.model_validate(gatherer.record())
        assert (found.widths.edges[0], found.widths.edges[-1], len(found.widths.counts)) == (100, 300, 20)
        assert (found.widths.counts[0], found.widths.counts[-1], sum(found.widths.counts)) == (2, 1, 3)
        assert (found.heights.edges, found.heights.counts) == ([49.5, 50.5], [3])
        assert found.box_sizes is None
        assert found.small is None

    def test_boxes(self) -> None:
        gatherer = Gatherer()
        gatherer.add({"width": 200, "height": 100, "boxes": [box(10, 10), box(32, 32), box(400, 100)]})
        gatherer.add({"width": 200, "height": 100, "boxes": [box(100, 100, area=5.0)]})
        gatherer.add({"width": 200, "height": 100, "boxes": []})
        found = Statistics.model_validate(gatherer.record())
        assert (found.small, found.medium, found.large) == (2, 1, 1)
        assert found.box_sizes is not None
        assert (found.box_sizes.edges[0], found.box_sizes.edges[-1]) == (10, 200)
        assert found.box_areas is not None
        assert (found.box_areas.edges[0], found.box_areas.edges[-1]) == (0, 1)
        assert (found.box_areas.counts[0], found.box_areas.counts[1], found.box_areas.counts[10]) == (1, 1, 1)
        assert found.box_areas.counts[19] == 1
        assert found.boxes_per_sample is not None
        assert found.boxes_per_sample.counts == [1, 1, 0, 1]
        assert found.boxes_per_sample.edges == [0, 1, 2, 3, 4]

    def test_crowded_pictures_share_bins(self) -> None:
        gatherer = Gatherer()
        gatherer.add({"width": 9, "height": 9, "boxes": [box(1, 1)] * 100})
        gatherer.add({"width": 9, "height": 9, "boxes": [box(1, 1)] * 3})
        found = gatherer.record()["boxes_per_sample"]
        assert found["edges"][1] == 6
        assert (found["counts"][0], found["counts"][100 // 6]) == (1, 1)

    def test_nothing(self) -> None:
        assert sum(Gatherer().record()["widths"]["counts"]) == 0
