"""Conditions, orders, readings and Accuracy Checker configurations that nobody would write: never a 5xx, and every
refusal has a code and words."""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.inhabited import inhabit
from tests.server import guarded, listening, migrated, runtime_of
from workbench.accuracy import checker_config, checker_rules, reading_yaml

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(max_examples=100, deadline=None)
REFUSED = (400, 404, 422)


@dataclass(frozen=True)
class Knock:
    """A server with a report and a project, and a client of it."""

    client: httpx.Client
    report: str
    project: str

    def rows(self, **query: Any) -> httpx.Response:
        return self.fine(self.client.get(f"{self.report}/samples", params=query))

    def fine(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code in (200, *REFUSED), (answer.status_code, answer.text)
        if answer.status_code != 200:
            problem = answer.json()
            assert problem["code"]
            assert problem["detail"]
            assert problem["action"]
            assert "Traceback" not in answer.text
        return answer


@pytest.fixture(scope="module")
def knock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knock]:
    with runtime_of(migrated(tmp_path_factory.mktemp("data"))) as runtime:
        ids = inhabit(runtime)
        with listening(guarded(runtime)) as base, httpx.Client(base_url=f"{base}/api/v1", timeout=20) as client:
            yield Knock(client, f"/reports/{ids['reports']}", f"/projects/{ids['projects']}")


COLUMNS = st.sampled_from(["row", "sample", "name", "error", "loss", "nothing", "", "rows", "lo", "ap"])
OPERATIONS = st.sampled_from(
    ["=", "!=", "≠", "<", ">", "<=", "≤", ">=", "≥", "==", "contains", "in", "IN", "~", "=<", ""]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        "null", "true", "no", "nan", "inf", "-inf", "1e400", "9" * 400, "0x10", "1_0", "٣", "[]", "[", "[[]]", "[null]",
        '["\\ud800"]', '["a", 1, true, 2.5]', "[1e999]", "[true, false]", "{}", '[{"a": 1}]', "[" * 300, "1,,2", ",",
        "' OR 1=1 --", "%", "\\", "9223372036854775808", "[9223372036854775808]", "[NaN]", "[-Infinity]",
    ]),
    st.lists(st.one_of(st.integers(), st.floats(), st.text(max_size=4), st.booleans()), max_size=4).map(repr),
)  # fmt: skip


class TestRows:
    @QUICK
    @given(column=COLUMNS, operation=OPERATIONS, value=VALUES, blank=st.sampled_from(["", " ", "\t", "  "]))
    @example(column="name", operation="in", value='["\\ud800"]', blank=" ")
    @example(column="name", operation="contains", value="", blank=" ")
    @example(column="row", operation="in", value="[true]", blank=" ")
    def test_conditions(self, knock: Knock, column: str, operation: str, value: str, blank: str) -> None:
        knock.rows(where=f"{column}{blank}{operation}{blank}{value}"[:1000])

    @QUICK
    @given(text=st.text(max_size=200))
    def test_any_text_as_a_condition(self, knock: Knock, text: str) -> None:
        knock.rows(where=text)

    @QUICK
    @given(
        sort=st.one_of(st.text(max_size=100), st.sampled_from(["-", "--row", "row,-loss", "-loss", "name", "error"])),
        offset=st.one_of(st.integers(), st.just("x")),
        limit=st.one_of(st.integers(), st.just("")),
        table=st.sampled_from(["samples", "classes", "x"]),
    )
    def test_order_and_place(self, knock: Knock, sort: str, offset: Any, limit: Any, table: str) -> None:
        knock.rows(sort=sort, offset=offset, limit=limit, table=table)

    @QUICK
    @given(where=VALUES, format=st.sampled_from(["csv", "json", "xml"]))
    def test_exports(self, knock: Knock, where: str, format: str) -> None:
        answer = knock.client.get(
            f"{knock.report}/export", params={"where": f"name = {where}"[:1000], "format": format}
        )
        knock.fine(answer)

    @pytest.mark.parametrize("row", ["-1", "1", "9" * 30, "9" * 5000, "1.0", "x", "%00"])
    def test_numbers_of_rows(self, knock: Knock, row: str) -> None:
        assert knock.fine(knock.client.get(f"{knock.report}/samples/{row}")).status_code in REFUSED

    def test_what_is_wrong_is_named(self, knock: Knock) -> None:
        for where, code, word in (
            ("nothing = 1", "unknown_column", "'nothing'"),
            ("loss ~ 1", "invalid_filter", "'~'"),
            ("loss > much", "invalid_filter", "'much'"),
        ):
            problem = knock.rows(where=where).json()
            assert problem["code"] == code
            assert word in problem["detail"]
        assert knock.rows(sort="nothing").json()["code"] == "invalid_sort"

    @pytest.mark.parametrize(
        "name",
        [
            "%2e%2e", "..%2fsamples.parquet", "%2e%2e%2fsamples.parquet", "..%5csamples.parquet", "%00.png",
            "a" * 300, "%C3%A9" * 200 + ".png", "samples.parquet", "tables.json", "0.png%00", "%ff", "0.png/", "files",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("room", ["report", "prediction"])
    def test_names_of_files(self, knock: Knock, room: str, name: str) -> None:
        place = knock.report if room == "report" else "/predictions/" + knock.report.rsplit("/", 1)[1]
        answer = knock.client.get(f"{place}/files/{name}")
        assert answer.status_code in (*REFUSED, 307), answer.status_code

    def test_files_are_shown_as_pictures_and_run_nothing(self, knock: Knock) -> None:
        answer = knock.client.get(f"{knock.report}/files/0.png")
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}]\n"
    for old, new in zip(string.ascii_lowercase, string.ascii_lowercase[1:], strict=False)
)
HOSTILE = [
    "", "\0", "\ufeff", "\t", "task:\tclassification", "\ttask: x", "- a", "a", "null", "---\n---\n", "...",
    "%YAML 9.9\n--- a", "%YAML 1." + "9" * 5000 + "\n--- a", "%TAG ! tag:x,2000:\n--- !a b", BOMB, "&a [*a]",
    "&a {*a : *a}", "*a", "[" * 3000, "{" * 3000, "{a: " * 3000, "- " * 3000, "? " * 3000,
    "task: classification\ntask: detection", "? [a]\n: b", "? {a: b}\n: c", '"\\UFFFFFFFF"', 'task: "\\UFFFFFFFF"',
    'task: "\\ud800"', "task: '\ud800'", "a: !!int ''", "a: !!float ''", "a: !!bool maybe", "a: !!timestamp x",
    "a: !!binary é", "a: !!null x", "a: !!set {b}", "a: !!omap [b]", "a: !!pairs [b]",
    "a: !!python/object/apply:os.system [ls]", "a: !<tag:yaml.org,2002:int> x", "a: 2001-99-99",
    "a: 1:99" + ":59" * 400, "a: 1:59" + ":59" * 400 + ".5", "a: " + "9" * 5000, "a: 0x" + "f" * 5000, "a: 1e99999",
    "a: .nan", "a: 0b", "a: 0o9", "<<: {a: b}", "<<: 1", "a: {<<: [1, 2]}", "=: a", "a: =",
    "a: |\n  " + "x" * 100_000, "'", '"', "a: 'x", "\x7f: \x1b", "\u2028: \u2029", "a" * 250_000, "é" * 190_000,
    ": ", "?", "-", "!", "&", "*", "|", ">", "%", "@", "`",
    "task: classification\ndecoding: {family: [classification]}", "task: {a: b}", "decoding: 1",
    "decoding: {family: {a: 1}}", "task: classification\ndecoding: {family: yolo, anchors: [[1e400, 1]]}",
    "version: !!int '__'", "a: !!int '-'", "a: !!int '+'", "a: !!float '-'", "a: !!float ':'", "a: !!int ':'",
    "a: !!str [x]", "a: !!map [x]", "a: !!seq {b: c}", "models: &a\n  - *a",
    "models: [{launchers: [{}], datasets: [{}]}]", "models: [{launchers: [1], datasets: [null]}]",
    "models: [[], []]",
    "models: [{launchers: [{framework: openvino, adapter: {type: [a]}}], datasets: [{metrics: 1}]}]",
]  # fmt: skip
AC = """\
models:
  - name: mine
    launchers:
      - framework: openvino
        adapter: {ADAPTER}
    datasets:
      - name: x
        preprocessing: {PREPROCESSING}
        postprocessing: {POSTPROCESSING}
        metrics: {METRICS}
"""
YAMLISH = st.text(alphabet="ab01:-[]{}&*!|>'\"#%@`,?\n \t.\\_e=<~é\ud800\0", max_size=80)
WORDS = st.sampled_from([
    "classification", "ssd", "yolo_v3", "yolo", "segmentation", "{type: yolo_v3, anchors: x, classes: y}",
    "{type: yolo_v3, anchors: [[a]], anchor_masks: 3}", "{type: ssd, x: !!int ''}", "!!bool maybe", "!!timestamp x",
    "[]", "[{type: resize, size: !!int ''}]", "[{type: resize, size: -1}]", "[{type: resize, dst_width: [1]}]",
    "[{type: normalization, mean: x, std: '0,0'}]", "[{type: normalization, mean: [a, [b]], std: {}}]",
    "[{type: crop, size: 0}]", "[{type: normalization, mean: '1e999, 2', std: nan}]",
    "[{type: padding, pad_value: '1,2,x'}]", "[{type: accuracy, top_k: x}]", "[{type: accuracy, top_k: 0}]",
    "[{type: map, overlap_threshold: y}]", "[{type: coco_precision, threshold: [x]}]", "1", "null",
    "[{type: nms, overlap: .inf}]", "[{type: [a]}]", "[{? [a] : b}]", "[[[]]]", "[{type: !!int '9'}]", "{a: b}",
    "[1, a, null]",
])  # fmt: skip


def filled(adapter: str, preprocessing: str, postprocessing: str, metrics: str) -> str:
    """A configuration of Accuracy Checker with these parts."""
    text = AC.replace("{ADAPTER}", adapter).replace("{PREPROCESSING}", preprocessing)
    return text.replace("{POSTPROCESSING}", postprocessing).replace("{METRICS}", metrics)


class TestYaml:
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_texts(self, text: str) -> None:
        _read_all(text)

    @MANY
    @given(text=st.one_of(YAMLISH, st.text(max_size=80)))
    def test_texts_by_chance(self, text: str) -> None:
        _read_all(text)

    @MANY
    @given(
        value=st.one_of(YAMLISH, st.sampled_from(HOSTILE[:70])),
        field=st.sampled_from(["task", "decoding", "classes", "x"]),
    )
    def test_values_by_chance(self, value: str, field: str) -> None:
        _read_all(f"task: classification\n{field}: {value}\n")

    @MANY
    @given(adapter=WORDS, preprocessing=WORDS, postprocessing=WORDS, metrics=WORDS)
    def test_configurations_by_chance(
        self, adapter: str, preprocessing: str, postprocessing: str, metrics: str
    ) -> None:
        _read_all(filled(adapter, preprocessing, postprocessing, metrics))

    def test_over_http(self, knock: Knock) -> None:
        """What the parsers refuse comes back as a refusal, also where JSON carries what is no text."""
        for text in HOSTILE:
            body = {"yaml": text.encode("utf-8", "replace").decode()}
            for method, place in (("PUT", "reading"), ("POST", "reading/check")):
                answer = knock.client.request(method, f"{knock.project}/{place}", json=body)
                assert answer.status_code < 500, (text[:80], answer.text)
                if answer.status_code >= 400:
                    assert answer.json()["code"], text[:80]
            answer = knock.client.post(
                f"{knock.project}/reports", json={"kind": "accuracy_checker", "yaml": body["yaml"]}
            )
            assert 400 <= answer.status_code < 500, (text[:80], answer.text)

    def test_no_text_at_all(self, knock: Knock) -> None:
        headers = {"Content-Type": "application/json"}
        for content in (
            b'{"yaml": "\\ud800"}',
            b'{"yaml": "\xff"}',
            b'{"yaml": 1e400}',
            b'{"yaml": [' * 5000,
            b"\xff\xfe",
            b"{",
        ):
            answer = knock.client.put(f"{knock.project}/reading", content=content, headers=headers)
            assert 400 <= answer.status_code < 500, (content[:20], answer.text)


def _read_all(text: str) -> None:
    reading, problems = reading_yaml.parse(text)
    assert (reading is None) == bool(problems)
    checker_rules.problems(text)
    read, mistakes, unsupported = checker_config.read(text)
    assert read is not None or mistakes or unsupported
