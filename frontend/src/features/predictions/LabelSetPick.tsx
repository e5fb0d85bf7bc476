import { NativeSelect } from "@mantine/core";
import type { PredictionResult, PredictionWanted } from "../../api/types";

const SETS = [
  { value: "imagenet_1000", label: "ImageNet, 1000" },
  { value: "coco_80", label: "COCO, 80" },
  { value: "coco_91", label: "COCO, 91" },
  { value: "voc_20", label: "Pascal VOC, 20" },
] as const;

interface Props {
  /** How the picture before was read. */
  reading: PredictionResult["reading"];
  value: PredictionWanted["reading"];
  onChange: (reading: PredictionWanted["reading"]) => void;
}

/** Names for the classes of a model that tells none. */
export function LabelSetPick({ reading, value, onChange }: Props) {
  const chosen = value?.classes.label_set;
  return (
    <NativeSelect
      label="Names of its classes"
      value={typeof chosen === "string" ? chosen : ""}
      onChange={(event) => {
        const set = SETS.find((entry) => entry.value === event.currentTarget.value)?.value;
        onChange(set ? { ...reading, classes: { ...reading.classes, label_set: set } } : null);
      }}
      data={[{ value: "", label: "as guessed from the model" }, ...SETS]}
    />
  );
}
