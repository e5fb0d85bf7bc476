"""Runs Accuracy Checker inside of its toolchain: python accuracy_check.py run operation.json

Speaks the engine's protocol (DESIGN §4): one JSON event a line on stdout, native noise on stderr, and it ends by itself
when its stdin closes or its lease file goes stale. The operation's parameters: `config` (a YAML file whose paths begin
with $MODEL_PATH or $DATASET_PATH), `model` and `dataset` (folders), `shift_masks` (the dataset has no background).
"""

# Plain Python 3.8: this file is run by the toolchain's own interpreter.
import json
import os
import sys
import threading
import time
import traceback

EXIT_STDIN_CLOSED, EXIT_LEASE_STALE = 3, 4


class Told(Exception):
    def __init__(self, code, message, action):
        super().__init__(message)
        self.event = {"event": "error", "code": code, "message": message, "action": action}


def main(arguments):
    if len(arguments) != 2 or arguments[0] != "run":
        return 2
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def emit(event):
        stream.write(json.dumps(event) + "\n")
        stream.flush()

    work = os.path.dirname(os.path.abspath(arguments[1]))
    with open(arguments[1], encoding="utf-8") as file:
        operation = json.load(file)
    os.chdir(work)
    os.makedirs("out", exist_ok=True)
    _watch(operation, work)
    try:
        emit({"event": "result", "result": run(operation["parameters"], emit)})
    except Told as error:
        emit(error.event)
        return 1
    except BaseException as error:
        traceback.print_exc()
        said = (str(error).strip().splitlines() or ["no message"])[0][:300]
        emit(
            {
                "event": "error",
                "code": "accuracy_checker_failed",
                "message": "Accuracy Checker stopped: %s: %s" % (type(error).__name__, said),
                "action": "Look at the job's log; correct the configuration, or bring one of your own.",
            }
        )
        return 1
    return 0


def _watch(operation, work):
    def stdin():
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        os._exit(EXIT_STDIN_CLOSED)

    def lease(path, limit_s):
        while True:
            time.sleep(1.0)
            try:
                age = time.time() - os.stat(path).st_mtime
            except FileNotFoundError:
                os._exit(EXIT_LEASE_STALE)
            except OSError:
                continue
            if age > limit_s:
                os._exit(EXIT_LEASE_STALE)

    threading.Thread(target=stdin, daemon=True).start()
    named = operation.get("lease_file")
    if named:
        limit_s = float(operation.get("lease_timeout_s", 20.0))
        threading.Thread(target=lease, args=(os.path.join(work, named), limit_s), daemon=True).start()


def run(parameters, emit):
    emit({"event": "stage", "name": "load Accuracy Checker", "index": 1, "count": 3})
    import numpy
    import openvino.runtime as ov
    import yaml

    # Aliases that numpy 1.24 took away and Accuracy Checker still uses.
    for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
        if name not in numpy.__dict__:
            setattr(numpy, name, kind)
    from openvino.tools.accuracy_checker import __version__
    from openvino.tools.accuracy_checker.evaluators import ModelEvaluator
    from openvino.tools.accuracy_checker.progress_reporters import ProgressReporter

    if parameters.get("shift_masks"):
        _shift(parameters["dataset"], numpy)
    with open(parameters["config"], encoding="utf-8") as file:
        text = yaml.safe_load(file)
    places = {"$MODEL_PATH": parameters["model"], "$DATASET_PATH": parameters["dataset"]}
    config = _placed(text, places)["models"][0]
    launcher, dataset = config["launchers"][0], config["datasets"][0]
    _as_paths(launcher, ("model", "weights"))
    _as_paths(dataset, ("data_source", "segmentation_masks_source"))
    conversion = dataset.get("annotation_conversion", {})
    _as_paths(conversion, [name for name in conversion if name.endswith(("_file", "_dir", "_path"))])
    launcher.setdefault("device", "CPU")

    class Reporter(ProgressReporter):
        __provider__ = "workbench"

        def update(self, batch_id, batch_size):
            self.current += batch_size
            emit({"event": "progress", "done": self.current, "total": self.dataset_size or 1, "unit": "samples"})

    emit({"event": "stage", "name": "run the model", "index": 2, "count": 3})
    evaluator = ModelEvaluator.from_configs(config)
    began = time.monotonic()
    evaluator.process_dataset_sync(None, Reporter()) if parameters.get("sync") else evaluator.process_dataset(
        None, Reporter()
    )
    emit({"event": "stage", "name": "work out the metrics", "index": 3, "count": 3})
    results, _ = evaluator.extract_metrics_results(print_results=False)
    elapsed = time.monotonic() - began
    found = []
    for result in results:
        value = result.get("value")
        values = [float(item) for item in value] if isinstance(value, (list, tuple, numpy.ndarray)) else [float(value)]
        scale = float(result.get("scale") or 1) or 1.0
        found.append({"name": str(result.get("name"))[:100], "type": str(result.get("type"))[:100], "scale": scale})
        finite = [item for item in values if item == item and abs(item) != float("inf")]
        found[-1]["value"] = sum(finite) / len(finite) if finite else None
        found[-1]["values"] = [item if item in finite else None for item in values[:2000]]
    return {
        "metrics": found,
        "samples": int(evaluator.dataset_size),
        "elapsed_s": elapsed,
        "version": str(__version__),
        "openvino_version": str(ov.get_version()),
    }


def _placed(value, places):
    """The configuration with the placeholders replaced. A path that leaves its folder is refused."""
    if isinstance(value, dict):
        return {name: _placed(item, places) for name, item in value.items()}
    if isinstance(value, list):
        return [_placed(item, places) for item in value]
    if isinstance(value, str):
        for mark, place in places.items():
            if value == mark or value.startswith(mark + "/"):
                root = os.path.realpath(place)
                path = os.path.normpath(os.path.join(root, value[len(mark) + 1 :]))
                if path != root and not path.startswith(root + os.sep):
                    raise Told(
                        "config_path", "'%s' leaves its folder." % value[:200], "Stay inside of the placeholder."
                    )
                return path
    return value


def _as_paths(section, names):
    from pathlib import Path

    for name in names:
        if isinstance(section.get(name), str):
            section[name] = Path(section[name])


def _shift(dataset, numpy):
    """Masks of a dataset without background begin with 1 for the first label; Accuracy Checker counts from 0."""
    import cv2

    folder = os.path.join(dataset, "masks")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        mask = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise Told("dataset_unreadable", "A mask cannot be read.", "Import the dataset again.")
        shifted = numpy.where((mask == 0) | (mask == 255), 255, mask - 1).astype(numpy.uint8)
        os.unlink(path)
        cv2.imwrite(path, shifted)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)
