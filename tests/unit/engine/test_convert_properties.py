"""The readers of hostile files: whatever the bytes, they end, and with nothing but an EngineError."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.engine.corpus import (
    FIXTURES,
    encode_varint,
    external_tensor,
    ir_files,
    onnx_bytes,
    onnx_model,
)
from workbench.engine.formats import checkpoint, ir, onnx, paddle, tensorflow, tflite
from workbench.engine.formats.protobuf import LENGTH, VARINT, Budget, WireError, fields, integers, varint
from workbench.engine.formats.recognise import KINDS, recognise
from workbench.engine.formats.sources import SourceFile, collect
from workbench.engine.protocol import EngineError

RELAXED = settings(
    max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FOLDER = Path(tempfile.mkdtemp(prefix="workbench-properties-"))

# Where to change, what to write there, and how many bytes to take away first.
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=9), st.integers(0, 9)),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module", autouse=True)
def _folder() -> object:
    yield
    for path in FOLDER.iterdir():
        path.unlink()
    FOLDER.rmdir()


def changed(content: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    for place, new, taken in changes:
        at = int(place * len(content))
        content = content[:at] + new + content[at + taken :]
    return content


def source(name: str, content: bytes) -> SourceFile:
    path = FOLDER / name
    path.write_bytes(content)
    return SourceFile(name, path, len(content))


def survives(check: Callable[[], object]) -> None:
    refusal = None
    try:
        check()
    except EngineError as error:
        refusal = error
    assert refusal is None or (refusal.code.replace("_", "").isalnum() and refusal.message and refusal.action)


class TestProtobuf:
    @given(st.lists(st.tuples(st.integers(1, 2**29 - 1), st.integers(0, 2**64 - 1) | st.binary(max_size=50))))
    def test_what_was_written_is_read(self, written: list[tuple[int, int | bytes]]) -> None:
        content = b""
        for number, value in written:
            if isinstance(value, int):
                content += encode_varint(number << 3 | VARINT) + encode_varint(value)
            else:
                content += encode_varint(number << 3 | LENGTH) + encode_varint(len(value)) + value
        read = [
            (number, value if isinstance(value, int) else bytes(value))
            for number, _, value in fields(memoryview(content), Budget())
        ]
        assert read == written

    @given(st.binary(max_size=200))
    def test_any_bytes_end(self, content: bytes) -> None:
        try:
            found = list(fields(memoryview(content), Budget()))
        except WireError:
            return
        assert len(found) <= len(content)

    @given(st.integers(0, 2**64 - 1))
    def test_numbers(self, value: int) -> None:
        content = encode_varint(value)
        assert varint(memoryview(content), 0) == (value, len(content))
        (read,) = integers(LENGTH, memoryview(content))
        assert read % 2**64 == value
        assert -(2**63) <= read < 2**63

    def test_a_spent_budget_ends_it(self) -> None:
        with pytest.raises(WireError, match="more than"):
            list(fields(memoryview(b"\x08\x01" * 10), Budget(9)))

    def test_a_number_without_end(self) -> None:
        with pytest.raises(WireError, match="64 bits"):
            list(fields(memoryview(b"\x08" + b"\xff" * 11), Budget()))


class TestChangedFiles:
    @RELAXED
    @given(CHANGES)
    def test_onnx(self, changes: list[tuple[float, bytes, int]]) -> None:
        weights = {"w.data": source("w.data", bytes(48))}
        content = changed(onnx_bytes(onnx_model(external_tensor("w.data"))), changes)
        survives(lambda: onnx.check(source("a.onnx", content), weights))

    @RELAXED
    @given(CHANGES)
    def test_tflite(self, changes: list[tuple[float, bytes, int]]) -> None:
        content = changed((FIXTURES / "tiny_int8.tflite").read_bytes(), changes)
        survives(lambda: tflite.check(source("a.tflite", content)))

    @RELAXED
    @given(CHANGES)
    def test_frozen_graph(self, changes: list[tuple[float, bytes, int]]) -> None:
        content = changed((FIXTURES / "tiny_frozen.pb").read_bytes(), changes)
        survives(lambda: tensorflow.check_frozen(source("a.pb", content)))

    @RELAXED
    @given(CHANGES)
    def test_graph_as_text(self, changes: list[tuple[float, bytes, int]]) -> None:
        content = changed((FIXTURES / "tiny_frozen.pbtxt").read_bytes(), changes)
        survives(lambda: tensorflow.check_text(source("a.pbtxt", content)))

    @RELAXED
    @given(CHANGES)
    def test_checkpoint(self, changes: list[tuple[float, bytes, int]]) -> None:
        data = "tiny.data-00000-of-00001"
        files = [source(data, (FIXTURES / "tf_checkpoint" / data).read_bytes())]
        content = changed((FIXTURES / "tf_checkpoint" / "tiny.index").read_bytes(), changes)
        survives(lambda: checkpoint.check(source("tiny.index", content), files))

    @RELAXED
    @given(CHANGES, CHANGES)
    def test_paddle(self, program: list[tuple[float, bytes, int]], weights: list[tuple[float, bytes, int]]) -> None:
        parameters = changed((FIXTURES / "paddle" / "tiny.pdiparams").read_bytes(), weights)
        files = [source("a.pdiparams", parameters)]
        content = changed((FIXTURES / "paddle" / "tiny.pdmodel").read_bytes(), program)
        survives(lambda: paddle.check(source("a.pdmodel", content), files))

    @RELAXED
    @given(CHANGES)
    def test_ir(self, changes: list[tuple[float, bytes, int]]) -> None:
        content, weights = IR
        files = source("a.bin", weights)
        survives(lambda: ir.check(source("a.xml", changed(content, changes)), files))

    @RELAXED
    @given(
        st.sampled_from(["id", "from-layer", "shape", "offset", "size", "version", "type", "name"]),
        st.text(max_size=20),
    )
    def test_ir_with_any_text_as_an_attribute(self, attribute: str, value: str) -> None:
        content, weights = IR
        quoted = "".join(f"&#{ord(letter)};" for letter in value)
        start = content.index(f' {attribute}="'.encode()) + len(attribute) + 3
        end = content.index(b'"', start)
        text = content[:start] + quoted.encode() + content[end:]
        survives(lambda: ir.check(source("a.xml", text), source("a.bin", weights)))


class TestRecognition:
    @RELAXED
    @given(
        st.binary(max_size=300), st.sampled_from(["a.onnx", "a.pb", "a.xml", "a.pt", "a.json", "saved_model.pb", "a"])
    )
    def test_any_bytes_under_any_name(self, content: bytes, name: str) -> None:
        def check() -> None:
            assert recognise([source(name, content)]).kind in KINDS

        survives(check)

    @RELAXED
    @given(st.text(min_size=1, max_size=30))
    def test_external_data_lies_only_in_uploaded_files(self, location: str) -> None:
        siblings = {"w.data": source("w.data", bytes(48)), "a b.bin": source("b.bin", bytes(48))}
        model = source("a.onnx", onnx_bytes(onnx_model(external_tensor(location))))
        if location in siblings:
            assert onnx.check(model, siblings).external == {location}
            return
        with pytest.raises(EngineError) as caught:
            onnx.check(model, siblings)
        assert caught.value.code in ("onnx_external_data_outside", "onnx_external_data_missing")

    @RELAXED
    @given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3))
    def test_names_of_files_never_leave_the_work_folder(self, names: list[str]) -> None:
        def check() -> None:
            for file in collect(names, FOLDER):
                assert file.path.resolve().is_relative_to(FOLDER.resolve())

        survives(check)


class TestChecksum:
    def test_the_published_check_value(self) -> None:
        """CRC-32C of "123456789" is 0xE3069283; LevelDB rotates it right by 15 and adds 0xA282EAD8."""
        crc = 0xE3069283
        rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
        assert checkpoint.masked_crc32c(b"123456789") == (rotated + 0xA282EAD8) & 0xFFFFFFFF


def _ir() -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        xml, weights = ir_files(Path(folder))
        return xml.read_bytes(), weights.read_bytes()


IR = _ir()
