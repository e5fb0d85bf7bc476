"""What OpenVINO's exceptions become; where possible they are provoked for real."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.engine.networks import classifier, op, ov, save
from workbench.engine import errors


class Odd(ov.Op):  # type: ignore[misc]
    """An operation that no device knows."""

    class_type_info = ov.DiscreteTypeInfo("Odd", "extension")

    def __init__(self, inputs: list[object] | None = None) -> None:
        ov.Op.__init__(self, self)
        if inputs:
            self.set_arguments(inputs)
            self.constructor_validate_and_infer_types()

    def validate_and_infer_types(self) -> None:
        self.set_output_type(0, self.get_input_element_type(0), self.get_input_partial_shape(0))

    def clone_with_new_inputs(self, inputs: list[object]) -> "Odd":
        return Odd(inputs)

    def get_type_info(self) -> object:
        return Odd.class_type_info

    def visit_attributes(self, visitor: object) -> bool:
        return True


def odd_model() -> ov.Model:
    data = op.parameter([1, 4], np.float32, name="x")
    odd = Odd([data])
    odd.set_friendly_name("the odd one")
    return ov.Model([op.relu(odd.output(0))], [data], "odd")


class TestCompiling:
    @pytest.mark.parametrize("device", ["CPU", "AUTO:CPU", "HETERO:CPU"])
    def test_an_operation_that_the_device_does_not_run(self, device: str) -> None:
        core, model = ov.Core(), odd_model()
        with pytest.raises(RuntimeError) as caught:
            core.compile_model(model, device)
        error = errors.of_compiling(caught.value, core, model, device)
        assert error.code == "operation_not_supported"
        assert "Odd" in error.message
        assert "the odd one" in error.message
        assert error.detail is not None
        assert error.detail["operation"] == "Odd"

    def test_refused_operations_are_not_their_neighbours(self) -> None:
        assert errors.refused_operations(ov.Core(), odd_model(), "CPU") == {"Odd": ["the odd one"]}

    def test_a_value_that_the_device_does_not_take(self) -> None:
        core, model = ov.Core(), classifier()
        with pytest.raises(RuntimeError) as caught:
            core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "i8"})
        error = errors.of_compiling(caught.value, core, model, "CPU")
        assert error.code == "invalid_configuration"
        assert "i8" in error.message

    @pytest.mark.parametrize("device", ["FOO", "CPU.3"])
    def test_a_device_that_is_not_there(self, device: str) -> None:
        core, model = ov.Core(), classifier()
        with pytest.raises(RuntimeError) as caught:
            core.compile_model(model, device)
        assert errors.of_compiling(caught.value, core, model, device).code == "device_not_available"

    def test_no_memory_for_real(self) -> None:
        data = op.parameter([1 << 42], np.float32, name="x")
        core, model = ov.Core(), ov.Model([op.relu(data)], [data], "large")
        with pytest.raises(RuntimeError) as caught:
            core.compile_model(model, "CPU").create_infer_request()
        assert errors.of_compiling(caught.value, core, model, "CPU").code == "out_of_memory"

    def test_anything_else(self) -> None:
        error = errors.of_compiling(RuntimeError("the moon is full"), ov.Core(), classifier(), "CPU")
        assert error.code == "compile_failed"
        assert "the moon is full" in error.message


class TestReading:
    def change(self, tmp_path: Path, old: str, new: str) -> tuple[Path, Exception]:
        xml = save(classifier(), tmp_path)
        text = xml.read_text()
        assert old in text
        xml.write_text(text.replace(old, new))
        with pytest.raises(RuntimeError) as caught:
            ov.Core().read_model(xml)
        return xml, caught.value

    def test_an_operation_of_an_unknown_set(self, tmp_path: Path) -> None:
        found = self.change(tmp_path, 'type="ReLU" version="opset1"', 'type="Fancy" version="extension"')
        error = errors.of_reading(found[1], found[0], "CPU")
        assert error.code == "operation_not_supported"
        assert error.detail is not None
        assert (error.detail["operation"], error.detail["names"]) == ("Fancy", ["relu"])
        assert "'extension'" in error.message

    def test_an_unknown_operation_of_a_known_set(self, tmp_path: Path) -> None:
        """OpenVINO does not say which layer it is: the file does."""
        found = self.change(tmp_path, 'type="ReLU"', 'type="Fancy"')
        error = errors.of_reading(found[1], found[0], "CPU")
        assert error.code == "operation_not_supported"
        assert error.detail is not None
        assert (error.detail["operation"], error.detail["names"]) == ("Fancy", ["relu"])

    def test_a_document_type_is_not_followed(self, tmp_path: Path) -> None:
        xml = tmp_path / "m.xml"
        xml.write_text('<!DOCTYPE n [<!ENTITY a "b">]><net><layer type="Fancy" name="&a;"/></net>')
        message = RuntimeError("Opset opset1 doesn't contain the operation with type: Fancy")
        error = errors.of_reading(message, xml, "CPU")
        assert error.detail is not None
        assert error.detail["names"] == []

    def test_rubbish(self, tmp_path: Path) -> None:
        xml = tmp_path / "model.xml"
        xml.write_text("<net><layers>")
        with pytest.raises(RuntimeError) as caught:
            ov.Core().read_model(xml)
        assert errors.of_reading(caught.value, xml, "CPU").code == "model_corrupt"


class TestSentence:
    def test_without_source_lines_and_paths(self) -> None:
        text = (
            "Exception from src/inference/src/cpp/core.cpp:117:\n"
            "Check 'newNode' failed at src/plugins/intel_cpu/src/node.cpp:1626:\n"
            'Cannot load library "/opt/secret/lib/libthing.so": no such file\n\n'
        )
        assert errors.sentence(text) == 'Cannot load library "libthing.so": no such file'

    def test_never_empty(self) -> None:
        assert errors.sentence(RuntimeError("")) == "RuntimeError"

    @pytest.mark.parametrize(
        "text",
        ["std::bad_alloc", "bad allocation", "CL_OUT_OF_RESOURCES", "Failed to allocate 12 bytes", "out of memory"],
    )
    def test_memory_in_many_words(self, text: str) -> None:
        assert errors.is_out_of_memory(RuntimeError(text))
        assert errors.of_inference(RuntimeError(text), "GPU").code == "out_of_memory"

    def test_memory_is_not_everywhere(self) -> None:
        assert not errors.is_out_of_memory(RuntimeError("the layer 'memory' has the wrong shape"))
        assert errors.of_inference(RuntimeError("wrong shape"), "CPU").code == "inference_failed"


def test_many_names_are_cut() -> None:
    error = errors.not_supported("Odd", [f"n{number}" for number in range(9)], "CPU", "it is odd")
    assert error.message == "CPU cannot run operation Odd (n0, n1, n2, n3, n4 and 4 more): it is odd."
