"""Reports over HTTP: list, rows, one sample, files, tables, exports, comparison, deletion; on both databases."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.accuracy.material import add_report, rows_of, settle
from workbench.db.base import new_id
from workbench.runtime import Runtime

LOSSES = [0.1, 3.0, 0.2, 0.0, 1.0, 0.5, 2.0, 0.3]
WRONG = [False, True, False, False, True, False, True, False]


@dataclass
class House:
    runtime: Runtime
    client: httpx.Client
    ids: dict[str, str]
    report: str

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    url = request.getfixturevalue("fresh_postgres_url") if request.param == "postgresql" else None
    with runtime_of(migrated(tmp_path, database_url=url)) as runtime, client_of(runtime) as client:
        ids = settle(runtime)
        yield House(runtime, client, ids, add_report(runtime, ids, rows_of(LOSSES, WRONG)))


class TestList:
    def test_of_all_of_a_project_and_of_a_kind(self, house: House) -> None:
        other = add_report(house.runtime, house.ids, rows_of([0.0], [False]), project="child_project")
        assert [item["id"] for item in house.get("/reports")["items"]] == [other, house.report]
        found = house.get("/reports", project="thing on things")
        assert ([item["id"] for item in found["items"]], found["total"]) == ([house.report], 1)
        assert house.get("/reports", kind="tensor_distance")["items"] == []
        assert [item["id"] for item in house.get("/reports", sort="samples")["items"]] == [other, house.report]

    def test_one(self, house: House) -> None:
        report = house.get(f"/reports/{house.report}")
        assert report["metrics"]["accuracy@top1"]["value"] == 5 / 8
        assert (report["primary"], report["samples"], report["task"]) == ("accuracy@top1", 8, "classification")
        assert report["reading"]["decoding"]["family"] == "classification"
        assert [column["name"] for column in report["columns"][:4]] == ["row", "sample", "name", "label"]

    def test_a_project_shows_its_newest(self, house: House) -> None:
        newest = add_report(house.runtime, house.ids, rows_of([0.0, 0.1], [False, False]))
        add_report(house.runtime, house.ids, rows_of([0.0], [True]), kind="parent_predictions")
        project = house.get("/projects/thing on things")
        assert project["accuracy"] == {
            "report_id": newest, "metric": "accuracy@top1", "label": "Top-1 accuracy", "value": 1.0, "ci95": [0.5, 1.0],
        }  # fmt: skip
        listed = {item["name"]: item["accuracy"] for item in house.get("/projects")["items"]}
        assert listed["thing int8 on things"] is None
        assert listed["thing on things"]["report_id"] == newest

    @pytest.mark.parametrize("unknown", ["nothing", new_id(), "x" * 36])
    def test_unknown(self, house: House, unknown: str) -> None:
        for path in ("", "/tables", "/samples", "/samples/0", "/files/a.png", "/export"):
            answer = house.client.get(f"/api/v1/reports/{unknown}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "report_not_found")


class TestRows:
    def test_filtered_sorted_paged(self, house: House) -> None:
        path = f"/reports/{house.report}/samples"
        found = house.get(path, where=["error = true", "label_name contains D"], sort="-loss")
        assert [(row["sample"], row["loss"]) for row in found["items"]] == [(1, 3.0), (4, 1.0)]
        found = house.get(path, sort="-loss", offset=2, limit=2)
        assert ([row["loss"] for row in found["items"]], found["total"], found["offset"]) == ([1.0, 0.5], 8, 2)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"where": "lable = 1"}, "unknown_column"),
            ({"where": "label < x"}, "invalid_filter"),
            ({"sort": "size"}, "invalid_sort"),
            ({"limit": 0}, "invalid_fields"),
            ({"table": "classes"}, "table_not_found"),
        ],
    )
    def test_refused(self, house: House, query: dict[str, Any], code: str) -> None:
        answer = house.client.get(f"/api/v1/reports/{house.report}/samples", params=query)
        assert (answer.status_code, answer.json()["code"]) == (404 if "table" in query else 422, code)

    def test_one_with_what_is_drawn(self, house: House) -> None:
        sample = house.get(f"/reports/{house.report}/samples/1")
        assert sample["row"]["name"] == "1.jpg"
        assert sample["prediction"]["classes"] == [{"label": 2, "name": "x", "score": 0.5}]
        assert sample["annotation"] is None
        assert (sample["width"], sample["height"]) == (4, 3)
        assert house.client.get(sample["image"]).status_code == 200
        mask = house.client.get(sample["prediction"]["mask"])
        assert (mask.status_code, mask.content) == (200, b"\x89PNG mask")
        assert "sandbox" in mask.headers["content-security-policy"]

    @pytest.mark.parametrize("row", ["8", "-1", "99999999999999999999"])
    def test_no_such_row(self, house: House, row: str) -> None:
        answer = house.client.get(f"/api/v1/reports/{house.report}/samples/{row}")
        assert (answer.status_code, answer.json()["code"]) == (404, "row_not_found")

    @pytest.mark.parametrize("name", ["none.png", "..%2Ftables.json", "%2e%2e"])
    def test_no_such_file(self, house: House, name: str) -> None:
        assert house.client.get(f"/api/v1/reports/{house.report}/files/{name}").status_code == 404

    def test_without_its_dataset(self, house: House) -> None:
        assert house.client.delete("/api/v1/datasets/things").status_code == 204
        sample = house.get(f"/reports/{house.report}/samples/1")
        assert (sample["image"], sample["width"], sample["row"]["loss"]) == (None, None, 3.0)
        assert house.get(f"/reports/{house.report}")["dataset_id"] is None

    def test_tables(self, house: House) -> None:
        tables = house.get(f"/reports/{house.report}/tables")
        assert tables["confusion"]["cells"] == [[0, 0, 2], [1, 2, 1]]


class TestExport:
    def test_csv(self, house: House) -> None:
        answer = house.client.get(f"/api/v1/reports/{house.report}/export", params={"where": "error = true"})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert [(row["sample"], row["loss"], row["error"]) for row in rows] == [
            ("1", "3.0", "true"), ("4", "1.0", "true"), ("6", "2.0", "true"),
        ]  # fmt: skip
        assert answer.headers["content-disposition"].endswith('.csv"')

    def test_json(self, house: House) -> None:
        document = house.get(f"/reports/{house.report}/export", format="json", sort="-loss")
        assert document["report"] == house.get(f"/reports/{house.report}")
        assert [row["loss"] for row in document["rows"]] == sorted(LOSSES, reverse=True)

    def test_no_formulas(self, house: House) -> None:
        rows = rows_of([1.0], [True])
        rows[0]["name"] = '=HYPERLINK("http://x")'
        report = add_report(house.runtime, house.ids, rows)
        text = house.client.get(f"/api/v1/reports/{report}/export").text
        assert "\"'=HYPERLINK(" in text

    def test_refused_before_it_begins(self, house: House) -> None:
        answer = house.client.get(f"/api/v1/reports/{house.report}/export", params={"where": "x = 1"})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_column")


class TestComparison:
    def test_right_before_wrong_now(self, house: House) -> None:
        now = add_report(
            house.runtime,
            house.ids,
            rows_of([2.1, 0.5, 0.2, 0.0, 1.5, 0.5, 2.0, 0.3], [True, False, False, False, True, False, True, False]),
            project="child_project",
        )
        found = house.get(f"/reports/{now}/comparison", before=house.report)
        assert found["counts"] == {"both_right": 4, "both_wrong": 2, "fixed": 1, "broken": 1}
        assert [(row["sample"], row["change"]) for row in found["items"][:2]] == [(0, "broken"), (4, "both_wrong")]
        assert found["items"][0]["delta"] == pytest.approx(2.0)
        assert (found["items"][-1]["sample"], found["items"][-1]["delta"]) == (1, pytest.approx(-2.5))
        assert found["items"][0]["before"]["loss"] == 0.1
        only = house.get(f"/reports/{now}/comparison", before=house.report, change="fixed", limit=5)
        assert ([row["sample"] for row in only["items"]], only["total"]) == ([1], 1)
        metric = found["metrics"]["accuracy@top1"]
        assert (metric["before"], metric["now"], metric["difference"]) == (5 / 8, 5 / 8, 0.0)
        # One sample better, one worse: the interval is around nothing, and narrower than that of either by itself.
        low, high = metric["ci95"]
        assert -0.5 < low < 0 < high < 0.5
        assert found["metrics"]["loss"]["difference"] == pytest.approx((2.0 - 2.5 + 0.5) / 8)

    def test_the_same_twice(self, house: House) -> None:
        found = house.get(f"/reports/{house.report}/comparison", before=house.report)
        assert found["counts"] == {"both_right": 5, "both_wrong": 3, "fixed": 0, "broken": 0}
        assert found["metrics"]["accuracy@top1"]["ci95"] == [0.0, 0.0]

    def test_only_what_both_have(self, house: House) -> None:
        now = add_report(house.runtime, house.ids, rows_of([9.0, 9.0], [True, True], first=6))
        found = house.get(f"/reports/{now}/comparison", before=house.report)
        assert (found["total"], found["counts"]["broken"], found["counts"]["both_wrong"]) == (2, 1, 1)
        metric = found["metrics"]["accuracy@top1"]
        # Samples 6 and 7: one of them was right before, none is now.
        assert (metric["before"], metric["now"], metric["difference"], metric["ci95"]) == (0.5, 0.0, -0.5, [-1.0, 0.0])

    def test_nothing_in_common(self, house: House) -> None:
        now = add_report(house.runtime, house.ids, rows_of([9.0], [True], first=100))
        answer = house.client.get(f"/api/v1/reports/{now}/comparison", params={"before": house.report})
        assert (answer.status_code, answer.json()["code"]) == (409, "reports_not_comparable")

    def test_another_task(self, house: House) -> None:
        now = add_report(house.runtime, house.ids, rows_of([9.0], [True]), task="object_detection")
        answer = house.client.get(f"/api/v1/reports/{now}/comparison", params={"before": house.report})
        assert (answer.status_code, answer.json()["code"]) == (409, "reports_not_comparable")


class TestDelete:
    def artifacts(self, house: House) -> int:
        return len(list(house.runtime.storage.artifact_ids(-10.0)))

    def test_a_report_with_its_files(self, house: House) -> None:
        house.get(f"/reports/{house.report}/samples")
        count = self.artifacts(house)
        assert house.client.delete(f"/api/v1/reports/{house.report}").status_code == 204
        assert self.artifacts(house) == count - 1
        assert house.client.delete(f"/api/v1/reports/{house.report}").status_code == 404
        assert house.get("/projects/thing on things")["accuracy"] is None

    def test_a_project_with_its_reports(self, house: House) -> None:
        add_report(house.runtime, house.ids, rows_of([1.0], [True]))
        other = add_report(house.runtime, house.ids, rows_of([1.0], [True]), project="child_project")
        count = self.artifacts(house)
        assert house.client.delete("/api/v1/projects/thing on things").status_code == 204
        assert self.artifacts(house) == count - 2
        assert [item["id"] for item in house.get("/reports")["items"]] == [other]
