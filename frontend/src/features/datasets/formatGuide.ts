/** How the files of each format lie, and what its annotations serve. */
import type { DatasetFormat } from "../../api/types";

export interface Guide {
  format: Exclude<DatasetFormat, "generated">;
  serves: string;
  tree: string;
  note?: string;
}

export const GUIDES: readonly Guide[] = [
  {
    format: "imagenet_txt",
    serves: "classification",
    tree: "archive.zip\n├── labels.txt          0001.jpg 281\n├── synset_words.txt    optional\n├── 0001.jpg\n└── 0002.jpg",
    note: "A line for each picture: its name, a blank or tab, the number of its class from 0. synset_words.txt names the classes, one a line.",
  },
  {
    format: "imagenet_folders",
    serves: "classification",
    tree: "archive.zip\n├── cat/0001.jpg\n└── dog/0001.jpg",
    note: "The folders are the classes, numbered by their names in order.",
  },
  {
    format: "voc",
    serves: "object detection, semantic segmentation",
    tree: "archive.zip\n└── VOCdevkit/VOC2012\n    ├── Annotations/000001.xml\n    ├── ImageSets/Main/val.txt\n    ├── ImageSets/Segmentation/val.txt\n    ├── JPEGImages/000001.jpg\n    ├── SegmentationClass/000001.png\n    └── labelmap.txt                     optional",
    note: "One of val, test, train, trainval is enough. Masks are palette PNGs: 0 is background, 255 is ignored.",
  },
  {
    format: "coco",
    serves: "object detection, instance segmentation, key points",
    tree: "archive.zip\n├── annotations/instances_val.json\n└── val/000000000139.jpg",
    note: "person_keypoints_*.json brings key points and the skeleton.",
  },
  {
    format: "yolo",
    serves: "object detection, instance segmentation",
    tree: "archive.zip\n├── data.yaml             names, val: images/val\n├── images/val/0001.jpg\n└── labels/val/0001.txt   0 0.51 0.42 0.20 0.33",
    note: "A line for each object: class, then centre, width and height as shares of the picture; or a polygon x y x y …",
  },
  {
    format: "open_images",
    serves: "object detection",
    tree: "archive.zip\n├── validation-annotations-bbox.csv       13 columns\n├── class-descriptions-boxable.csv        /m/01g317,Person\n└── 0001eeaf4aed83f9.jpg",
  },
  {
    format: "wider_face",
    serves: "object detection (faces)",
    tree: "archive.zip\n├── wider_face_val_bbx_gt.txt\n└── images/0--Parade/0_Parade_1.jpg",
    note: "The text names a picture, then the number of its faces, then a line for each face.",
  },
  {
    format: "common_segmentation",
    serves: "semantic segmentation",
    tree: "archive.zip\n├── dataset_meta.json     label_map, segmentation_colors\n├── Images/0001.jpg\n└── Masks/0001.png",
    note: "Pictures and masks have the same names. The pixels of a mask are numbers of classes, or the colours that dataset_meta.json names.",
  },
  {
    format: "cityscapes",
    serves: "semantic segmentation",
    tree: "archive.zip\n├── leftImg8bit/val/frankfurt/a_000000_leftImg8bit.png\n└── gtFine/val/frankfurt/a_000000_gtFine_labelIds.png",
  },
  {
    format: "camvid",
    serves: "semantic segmentation",
    tree: "archive.zip\n├── val.txt               /val/0001.png /valannot/0001.png\n├── label_colors.txt      optional\n├── val/0001.png\n└── valannot/0001.png",
  },
  {
    format: "common_super_resolution",
    serves: "super-resolution",
    tree: "archive.zip\n├── LR/0001.png\n├── HR/0001.png\n└── upsampled/0001.png    optional",
    note: "The same names in each folder; HR is larger by a whole factor.",
  },
  {
    format: "lfw",
    serves: "face recognition",
    tree: "archive.zip\n├── Annotations/pairs.txt\n├── Annotations/landmarks.txt     optional\n└── Images/Ann_Smith/Ann_Smith_0001.jpg",
    note: "pairs.txt: first the number of folds and of pairs, then a line for each pair: one person and two numbers, or two persons with a number each.",
  },
  {
    format: "vggface2",
    serves: "facial landmark detection",
    tree: "archive.zip\n├── loose_landmark_test.csv       NAME_ID, P1X … P5Y\n├── loose_bb_test.csv             NAME_ID, X, Y, W, H\n└── test/n000001/0001_01.jpg",
  },
  {
    format: "not_annotated",
    serves: "benchmarks, calibration, comparison with a parent model",
    tree: "archive.zip\n├── a.jpg\n└── b.png",
  },
];
