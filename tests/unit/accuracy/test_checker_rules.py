"""Configurations that would reach outside, import code or unpickle are refused, with the place."""

import pytest

from workbench.accuracy.checker_rules import problems

GOOD = """\
models:
  - name: mine
    launchers:
      - framework: openvino
        model: $MODEL_PATH/model.xml
        weights: $MODEL_PATH/model.bin
        adapter: classification
    datasets:
      - name: pictures
        data_source: $DATASET_PATH/images
        annotation_conversion:
          converter: imagenet
          annotation_file: $DATASET_PATH/annotation.txt
        reader: pillow_imread
        metrics:
          - type: accuracy
"""


def test_a_plain_configuration_may_run() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("$DATASET_PATH/images", "/etc", 10, "the path '/etc' must begin with $MODEL_PATH or $DATASET_PATH"),
        ("$DATASET_PATH/images", "~", 10, "the path '~' must begin with $MODEL_PATH or $DATASET_PATH"),
        ("$DATASET_PATH/images", "../x", 10, "the path '../x' must begin with $MODEL_PATH or $DATASET_PATH"),
        ("$DATASET_PATH/images", "$DATASET_PATH/../../x", 10, "the path '$DATASET_PATH/../../x' leaves its folder"),
        ("$DATASET_PATH/images", "$DATASET_PATHX/y", 10, "the path '$DATASET_PATHX/y' must begin with "),
        ("annotation_file:", "annotation:", 13, "'annotation' is not allowed: it loads code or stored objects"),
        ("adapter: classification", "cpu_extensions: x", 7, "'cpu_extensions' is not allowed: it loads code or"),
        ("reader: pillow_imread", "reader: pickle_reader", 14, "the reader 'pickle_reader' is not allowed;"),
        ("reader: pillow_imread", "reader: {type: numpy_reader}", 14, "the reader 'numpy_reader' is not allowed;"),
        ("framework: openvino", "framework: caffe", 4, "the launcher's 'framework' must be 'openvino'"),
        ("models:", "evaluations:", 2, "'evaluations' is not run here; only 'models' is"),
        ("    datasets:", "    data:", 2, "there must be a list 'datasets' with one entry"),
    ],
)
def test_what_is_refused(old: str, new: str, line: int, message: str) -> None:
    found = problems(GOOD.replace(old, new, 1))
    assert found[0].message.startswith(message)
    assert found[0].line == line


def test_no_yaml_says_where() -> None:
    (only,) = problems("models:\n  - {a: [1\n")
    assert (only.message, only.line) == ("This is no YAML.", 3)


def test_an_alias_bomb_inside_of_the_model_is_too_large() -> None:
    lines = ["        - &a [x, x, x, x, x, x, x, x, x, x]"]
    for letter, before in zip("bcdef", "abcde", strict=True):
        lines.append(f"        - &{letter} [{', '.join([f'*{before}'] * 10)}]")
    text = GOOD.replace("          - type: accuracy\n", "\n".join("  " + line for line in lines) + "\n")
    assert [item.message for item in problems(text)] == ["it is too large"]
