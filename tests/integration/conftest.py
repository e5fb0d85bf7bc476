"""One embedded installation shared by the walks that do not kill anything."""

from collections.abc import Iterator

import pytest

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`workbench up` on a free port, with an empty data folder."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    with running(stack):
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def model(stack: Stack) -> dict[str, object]:
    """A small classifier, imported."""
    return stack.import_model(small_onnx(stack.folder / "small.onnx"))


@pytest.fixture(scope="module")
def dataset(stack: Stack) -> dict[str, object]:
    """Six pictures without annotations, imported."""
    return stack.import_dataset(pictures(stack.folder / "pictures"))
