import { Panel } from "../../components/Panel";
import { formatName } from "../../format/words";

const TREES = [
  {
    format: "imagenet_txt",
    serves: "classification",
    tree: "archive.zip\n├── labels.txt      0001.jpg 281\n├── 0001.jpg\n└── 0002.jpg",
  },
  {
    format: "imagenet_folders",
    serves: "classification",
    tree: "archive.zip\n├── cat/0001.jpg\n└── dog/0001.jpg",
  },
  {
    format: "voc",
    serves: "object detection, semantic segmentation",
    tree: "archive.zip\n└── VOCdevkit/VOC2012\n    ├── Annotations/000001.xml\n    ├── ImageSets/Main/val.txt\n    └── JPEGImages/000001.jpg",
  },
  {
    format: "coco",
    serves: "object detection, instance segmentation",
    tree: "archive.zip\n├── annotations/instances_val.json\n└── val/000000000139.jpg",
  },
  {
    format: "not_annotated",
    serves: "benchmarks of any model for pictures",
    tree: "archive.zip\n├── a.jpg\n└── b.png",
  },
];

/** How the files of each format lie. */
export function FormatGuide() {
  return (
    <Panel title="How the files lie">
      <div className="stack tight">
        {TREES.map(({ format, serves, tree }) => (
          <div key={format}>
            <h3>
              {formatName(format)} <span className="dim small">· {serves}</span>
            </h3>
            <pre className="dim" style={{ margin: "2px 0 6px", overflowX: "auto" }}>
              {tree}
            </pre>
          </div>
        ))}
      </div>
    </Panel>
  );
}
