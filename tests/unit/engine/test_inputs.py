"""What a run feeds in, value by value."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, dataset, np, op, ov, save
from workbench.engine import configuration, inputs, loading
from workbench.engine.inputs import Inputs
from workbench.engine.protocol import EngineError


def prepared(model: ov.Model, folder: Path, requests: int = 1, **given: Any) -> tuple[Inputs, Recorder]:
    parameters = {"model": str(save(model, folder)), "device": "CPU"} | given
    wanted = configuration.read(parameters, folder)
    loaded = loading.load(ov.Core(), wanted.model, "CPU", wanted.shapes, wanted.batch, wanted.layouts)
    emit = Recorder()
    return inputs.prepare(loaded, wanted, requests, emit), emit


def data_model(*ports: Any) -> ov.Model:
    """A model that only passes its inputs on."""
    return ov.Model([op.convert(port, "f32") for port in ports], list(ports), "m")


def values(found: Inputs, number: int = 0, port: int = 0) -> Any:
    return np.array(found.sets[number][port].data)


class TestDataset:
    @pytest.fixture
    def pictures(self, tmp_path: Path) -> Path:
        """8 pictures of 16 × 16; picture n has blue n, green 100 + n, red 200 + n."""
        plain = [np.full((16, 16, 3), (n, 100 + n, 200 + n), np.uint8) for n in range(8)]
        return dataset(tmp_path / "dataset", plain)

    def test_pictures_as_the_model_wants_them(self, tmp_path: Path, pictures: Path) -> None:
        found, _ = prepared(
            classifier(),
            tmp_path,
            dataset=str(pictures),
            preprocessing={"color": "RGB", "mean": [100, 100, 0], "scale": [2, 1, 1]},
        )
        assert len(found.sets) == 64
        for number in (0, 3, 7, 11):
            sample = number % 8
            tensor = values(found, number)
            assert tensor.shape == (1, 3, 16, 16)
            assert tensor.dtype == np.float32
            assert (tensor[0, 0] == (100 + sample) / 2).all()
            assert (tensor[0, 1] == sample).all()
            assert (tensor[0, 2] == sample).all()
        assert found.facts["source"] == "dataset"
        assert found.facts["inputs"] == [
            {"name": "picture", "shape": [1, 3, 16, 16], "type": "f32", "source": "dataset"}
        ]
        assert found.facts["description"] == (
            "8 images of the dataset, stretched to 16×16, RGB, mean 100 100 0, scale 2 1 1: "
            "64 distinct inputs of batch 1, rotated."
        )

    def test_a_batch_holds_different_pictures(self, tmp_path: Path, pictures: Path) -> None:
        found, _ = prepared(classifier(), tmp_path, dataset=str(pictures), batch=3, preprocessing={"color": "BGR"})
        assert values(found, 0)[:, 0, 0, 0].tolist() == [0, 1, 2]
        assert values(found, 1)[:, 0, 0, 0].tolist() == [3, 4, 5]
        assert values(found, 2)[:, 0, 0, 0].tolist() == [6, 7, 0]

    def test_nhwc_and_bytes(self, tmp_path: Path, pictures: Path) -> None:
        port = op.parameter([1, 16, 16, 3], np.uint8, name="x")
        found, _ = prepared(data_model(port), tmp_path, dataset=str(pictures), preprocessing={"mean": [250]})
        tensor = values(found, 5)
        assert tensor.dtype == np.uint8
        assert tensor.shape == (1, 16, 16, 3)
        assert (tensor == 0).all(), "what is below the type's range is cut"

    def test_pictures_and_made_up_values(self, tmp_path: Path, pictures: Path) -> None:
        picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
        size = op.parameter([1, 3], np.float32, name="im_info")
        mask = op.parameter([1, 1, 16, 16], np.float32, name="mask")
        found, _ = prepared(data_model(picture, size, mask), tmp_path, dataset=str(pictures))
        assert found.facts["source"] == "mixed"
        assert [fact["source"] for fact in found.facts["inputs"]] == ["dataset", "synthetic", "synthetic"]
        assert values(found, 0, 1).tolist() == [[16, 16, 1]]
        assert "Synthetic values (seed 0) for im_info, mask." in found.facts["description"]

    def test_a_model_without_pictures(self, tmp_path: Path, pictures: Path) -> None:
        port = op.parameter([1, 20], np.int64, name="tokens")
        found, _ = prepared(data_model(port), tmp_path, dataset=str(pictures))
        assert found.facts["source"] == "synthetic"

    def test_broken_pictures_are_left_out(self, tmp_path: Path, pictures: Path) -> None:
        (pictures / "images" / "000002.png").write_bytes(b"broken")
        found, emit = prepared(classifier(), tmp_path, dataset=str(pictures), preprocessing={"color": "BGR"})
        assert values(found, 2)[0, 0, 0, 0] == 3
        assert found.facts["description"].startswith("7 images")
        assert any("000002.png" in event["message"] for event in emit.of("log"))

    def test_only_broken_pictures(self, tmp_path: Path, pictures: Path) -> None:
        for path in (pictures / "images").iterdir():
            path.write_bytes(b"broken")
        found, emit = prepared(classifier(), tmp_path, dataset=str(pictures))
        assert found.facts["source"] == "synthetic"
        assert any("synthetic values are used" in event["message"] for event in emit.of("log"))

    def test_samples_are_spread_over_the_dataset(self, pictures: Path) -> None:
        assert [path.name for path in inputs.sample_files(pictures, 4)] == [
            "000000.png", "000002.png", "000004.png", "000006.png"
        ]  # fmt: skip
        assert len(inputs.sample_files(pictures, 100)) == 8

    def test_an_index_that_points_outside(self, pictures: Path) -> None:
        index = (pictures / "index.jsonl").read_text()
        (pictures / "index.jsonl").write_text(index.replace("images/000000.png", "../00000000.png"))
        with pytest.raises(EngineError) as caught:
            inputs.sample_files(pictures, 1)
        assert caught.value.code == "dataset_unreadable"

    def test_no_index(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError) as caught:
            inputs.sample_files(tmp_path / "nothing", 1)
        assert caught.value.code == "dataset_unreadable"

    def test_an_empty_dataset(self, tmp_path: Path) -> None:
        found, _ = prepared(classifier(), tmp_path, dataset=str(dataset(tmp_path / "empty", [])))
        assert found.facts["source"] == "synthetic"


class TestSynthetic:
    @pytest.mark.parametrize(
        ("dtype", "shape", "low", "high"),
        [
            (np.float32, [1, 3, 8, 8], 0.0, 1.0),
            (np.float16, [1, 3, 8, 8], 0.0, 1.0),
            (np.uint8, [1, 3, 8, 8], 0, 255),
            (np.int64, [1, 128], 0, 1),
            (np.int32, [1, 128], 0, 1),
            (np.bool_, [1, 128], 1, 1),
        ],
    )
    def test_values_suit_the_type(self, tmp_path: Path, dtype: Any, shape: list[int], low: float, high: float) -> None:
        found, _ = prepared(data_model(op.parameter(shape, dtype, name="x")), tmp_path)
        tensor = values(found)
        assert tensor.dtype == dtype
        assert list(tensor.shape) == shape
        assert low <= tensor.min()
        assert tensor.max() <= high
        assert high == low or tensor.min() < tensor.max()

    def test_bf16(self, tmp_path: Path) -> None:
        port = op.parameter([1, 8], ov.Type.bf16, name="x")
        found, _ = prepared(data_model(port), tmp_path)
        tensor = found.sets[0][0]
        assert tensor.get_element_type() == ov.Type.bf16
        # A bfloat16 from 0 to 1 has no sign and an exponent below that of 1: 0x0000 … 0x3F80.
        halves = np.frombuffer(bytes(tensor.data.view(np.uint8)), np.uint16)
        assert (halves <= 0x3F80).all()
        assert len(set(halves.tolist())) > 1

    def test_a_mask_is_true(self, tmp_path: Path) -> None:
        port = op.parameter([1, 16], np.int64, name="attention_mask")
        assert (values(prepared(data_model(port), tmp_path)[0]) == 1).all()

    def test_text_is_refused(self, tmp_path: Path) -> None:
        port = op.parameter([2], ov.Type.string, name="words")
        with pytest.raises(EngineError) as caught:
            prepared(ov.Model([op.result(port)], [port], "m"), tmp_path)
        assert caught.value.code == "input_not_supported"
        assert "words" in caught.value.message

    def test_seeded(self, tmp_path: Path) -> None:
        first = values(prepared(classifier(), tmp_path / "a", seed=1)[0])
        same = values(prepared(classifier(), tmp_path / "b", seed=1)[0])
        other = values(prepared(classifier(), tmp_path / "c", seed=2)[0])
        assert (first == same).all()
        assert (first != other).any()

    def test_distinct_inputs_as_many_as_fit(self, tmp_path: Path) -> None:
        """1 × 3 × 1024 × 1024 × 4 bytes = 12 MiB: one fits into 16 MiB; but every request has one of its own."""
        port = op.parameter([1, 3, 1024, 1024], np.float32, name="x")
        assert len(prepared(data_model(port), tmp_path / "a")[0].sets) == 1
        found = prepared(data_model(port), tmp_path / "b", requests=3)[0]
        assert len(found.sets) == 3
        assert (values(found, 0) != values(found, 2)).any()
        assert found.facts["description"] == "Synthetic values (seed 0): 3 distinct inputs of batch 1, rotated."

    def test_a_model_without_inputs(self, tmp_path: Path) -> None:
        model = ov.Model([op.relu(op.constant(np.ones((1, 2), np.float32)))], [], "m")
        found, _ = prepared(model, tmp_path)
        assert found.sets[0] == []
        assert found.facts["source"] == "synthetic"
