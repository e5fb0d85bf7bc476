"""Broken datasets of every format: the format asked for, the files, the code, and what the message has to say."""

import json
from typing import Any

from tests.unit.datasets.formats.good import (
    CITY,
    COCO,
    GOOD,
    JPG,
    LANDMARK_HEADER,
    META,
    OPEN_HEADER,
    PNG,
    color_mask,
)
from tests.unit.datasets.material import Content, grey_mask, picture
from workbench.datasets.formats.annotations import FormatName


def without(name: FormatName, *parts: str) -> Content:
    return {file: data for file, data in GOOD[name].items() if not any(part in file for part in parts)}


def coco(**changes: Any) -> str:
    return json.dumps({**COCO, "annotations": [{**COCO["annotations"][0], **changes}]})


BROKEN: list[tuple[str, Content, str, str]] = [
    ("imagenet_txt", GOOD["imagenet_txt"] | {"val.txt": "1.png 0\n2.png\n"}, "dataset_invalid",
     'val.txt:2: class index is missing -> write "name index"'),
    ("imagenet_txt", {"1.png": PNG}, "dataset_format_mismatch", 'there is no .txt file with lines "name index"'),
    ("imagenet_txt", GOOD["imagenet_txt"] | {"synset_words.txt": "n01440764 tench\nno id\n"}, "dataset_invalid",
     'synset_words.txt:2: this is no WordNet id with a name -> write "n01440764 tench"'),
    ("imagenet_folders", {"1.png": PNG}, "dataset_format_mismatch",
     "the pictures do not lie in two or more folders side by side"),
    ("imagenet_folders", GOOD["imagenet_folders"] | {"labels.txt": "cat\n"}, "dataset_invalid",
     "dog: no label of labels.txt is called so -> rename it, or add the label"),
    ("voc", GOOD["voc"] | {"VOC2012/SegmentationClass/1.png": grey_mask(20, 10, [0, 21])}, "dataset_no_usable_samples",
     "SegmentationClass/1.png: the pixel at x 1, y 0 has the value 21, which is no class -> add it to labelmap.txt"),
    ("voc", GOOD["voc"] | {"VOC2012/SegmentationClass/1.png": color_mask((0, 0, 0), (1, 1, 2))},
     "dataset_no_usable_samples", "the pixel at x 1, y 0 has the colour [1, 1, 2], which is no class"),
    ("voc", GOOD["voc"] | {"VOC2012/Annotations/1.xml": "<annotation>"}, "dataset_invalid",
     "Annotations/1.xml:1: it is not valid XML"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": coco(keypoints=[1, 2])}, "dataset_invalid",
     "person_keypoints_val2017.json:1: annotations[0]: 'keypoints' is not a list of x, y and visibility for each"
     " point -> write [x, y, visibility, …]"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": coco(keypoints=[1, 2, 7])},
     "dataset_invalid", "annotations[0]: a visibility in 'keypoints' is not 0, 1 or 2"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": json.dumps(
        {**COCO, "categories": [{"id": 3, "name": "person", "keypoints": ["a"], "skeleton": [[1, 2]]}]})},
     "dataset_invalid", "categories[0]: 'skeleton' has not two points from 1 to 1 in each entry"),
    ("coco", GOOD["coco"] | {"annotations/person_keypoints_val2017.json": "{"}, "dataset_format_mismatch",
     "person_keypoints_val2017.json:1 cannot be read: it is not valid JSON"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:2: class 2 is beyond the last of 2 names -> add its name, or correct the class"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 10 5 8 4\n"}, "dataset_invalid",
     "labels/val/1.txt:1: 10 is not from 0 to 1 -> divide pixels by the picture's width and height"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:1: there are 4 values, not 5 -> write"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "cat 0.5 0.5 0.5 0.5\n"}, "dataset_invalid",
     "labels/val/1.txt:1: the class 'cat' is not a whole number"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 nan\n"}, "dataset_invalid", "'nan' is not a number"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0 0.5\n"}, "dataset_invalid", "the box has no area"),
    ("yolo", GOOD["yolo"] | {"labels/val/1.txt": "0 0.5 0.5 0.5 0.5 0.1 0.1 0.1\n"}, "dataset_invalid",
     "there are 8 values; a box has 5, a polygon 7, 9, 11 or more"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "train: x\nnames: [a\nval: b\n"}, "dataset_invalid",
     "data.yaml:3: it is not valid YAML"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nnames: {1: a, 2: b}\n"}, "dataset_invalid",
     "data.yaml: 'names' has not a name for each number from 0 -> write"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nnc: 3\nnames: [a, b]\n"}, "dataset_invalid",
     "data.yaml: 'nc' is 3, but there are 2 names -> make both the same"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: &a images/val\ntrain: *a\nnames: [a, b]\n"}, "dataset_invalid",
     "an alias (*) is not allowed"),
    ("yolo", GOOD["yolo"] | {"data.yaml": "val: images/val\nkpt_shape: [3]\nnames: [a, b]\n"}, "dataset_invalid",
     "'kpt_shape' is not [number of key points, 2 or 3]"),
    ("yolo", {"1.jpg": JPG}, "dataset_format_mismatch", "there are no text files with the same names as pictures"),
    ("common_segmentation", without("common_segmentation", "Masks"), "dataset_format_mismatch",
     "there is no folder masks"),
    ("common_segmentation", without("common_segmentation", ".json"), "dataset_format_mismatch",
     "there is no dataset_meta.json beside the folders images and masks"),
    ("common_segmentation", GOOD["common_segmentation"] | {"Masks/1.png": color_mask((0, 0, 0), (1, 2, 3))},
     "dataset_no_usable_samples",
     "Masks/1.png: the pixel at x 1, y 0 has the colour [1, 2, 3], which is no class -> add it to dataset_meta.json"),
    ("common_segmentation", GOOD["common_segmentation"] | {"dataset_meta.json": "{}"}, "dataset_invalid",
     "dataset_meta.json: it has neither 'label_map' nor 'labels'"),
    ("common_segmentation", GOOD["common_segmentation"] | {"dataset_meta.json": '{\n"labels": [}'}, "dataset_invalid",
     "dataset_meta.json:2: it is not valid JSON -> correct the syntax"),
    ("common_segmentation", GOOD["common_segmentation"] | {
        "dataset_meta.json": json.dumps({**META, "background_label": "7"})}, "dataset_invalid",
     '"background_label" is not the number of a label'),
    ("common_segmentation", GOOD["common_segmentation"] | {
        "dataset_meta.json": json.dumps({**META, "segmentation_colors": [[0, 0, 0]]})}, "dataset_invalid",
     '"segmentation_colors" has 1 colours for 3 labels -> give one colour for each label'),
    ("common_segmentation", without("common_segmentation", "Masks/1") | {"Masks/2.png": PNG}, "dataset_invalid",
     "no picture has a mask of the same name"),
    ("cityscapes", without("cityscapes", "gtFine"), "dataset_format_mismatch",
     "there are no masks called …_gtFine_labelIds.png"),
    ("cityscapes", {"1.png": PNG}, "dataset_format_mismatch", "there are no pictures called …_leftImg8bit.png"),
    ("cityscapes", GOOD["cityscapes"] | {
        f"gtFine/val/frankfurt/{CITY}_gtFine_labelIds.png": grey_mask(20, 10, [7, 40])}, "dataset_no_usable_samples",
     "labelIds.png: the pixel at x 1, y 0 has the value 40, which is no class -> add it to the published table"),
    ("cityscapes", {"leftImg8bit/val/a/a_1_2_leftImg8bit.png": PNG, "gtFine/val/a/a_1_3_gtFine_labelIds.png": PNG},
     "dataset_invalid", "no mask has a picture of the same city, sequence and frame"),
    ("camvid", {"test/1.png": PNG}, "dataset_format_mismatch", "there is no folder of masks beside one of pictures"),
    ("camvid", {"test/1.png": PNG, "test_labels/1.png": PNG}, "dataset_format_mismatch",
     "there is no class_dict.csv or label_colors.txt for the masks in test_labels"),
    ("camvid", GOOD["camvid"] | {"testannot/2.png": grey_mask(20, 10, [0, 12])}, "dataset_no_usable_samples",
     "testannot/2.png: the pixel at x 1, y 0 has the value 12, which is no class"),
    ("camvid", GOOD["camvid"] | {"label_colors.txt": "128 128 128 Sky\n64 0 Car\n"}, "dataset_invalid",
     'label_colors.txt:2: this is no colour with a name -> write "128 128 128 Sky"'),
    ("camvid", GOOD["camvid"] | {"class_dict.csv": "name,r,g,b\nSky,1,2,300\n"}, "dataset_invalid",
     "class_dict.csv:2: red, green and blue are not whole numbers from 0 to 255"),
    ("camvid", GOOD["camvid"] | {"class_dict.csv": "name,r,g,b\nSky,1,2,3\nCar,1,2,3\n"}, "dataset_invalid",
     "class_dict.csv:3: the colour [1, 2, 3] is there twice"),
    ("common_super_resolution", {"LR/1.png": PNG, "1.png": PNG}, "dataset_format_mismatch", "there is no folder HR"),
    ("common_super_resolution", {"LR/1.png": picture(7, 5), "HR/1.png": PNG}, "dataset_no_usable_samples",
     "HR/1.png: the picture has 20x10 pixels, no whole multiple of 7x5 of LR/1.png -> make it 2, 3, 4… times"),
    ("common_super_resolution", {"LR/1.png": picture(10, 10), "HR/1.png": PNG}, "dataset_no_usable_samples",
     "HR/1.png: the picture has 20x10 pixels, no whole multiple of 10x10 of LR/1.png"),
    ("common_super_resolution", GOOD["common_super_resolution"] | {"upsampled/1.png": picture(10, 5)},
     "dataset_no_usable_samples", "upsampled/1.png: the picture has 10x5 pixels, HR/1.png has 20x10"),
    ("common_super_resolution", {"LR/1.png": PNG, "HR/2.png": PNG}, "dataset_invalid",
     "LR/1.png: no picture of LR has one in HR with the same name"),
    ("common_super_resolution", {"LR/1.png": PNG, "LR/1_lr.png": PNG, "HR/1.png": PNG}, "dataset_invalid",
     "LR/1_lr.png: its name is the same as that of LR/1.png"),
    ("lfw", without("lfw", "pairs"), "dataset_format_mismatch", "there is no pairs.txt"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B 1 2\nAnn_B 1\n"}, "dataset_invalid",
     'pairs.txt:2: there are 2 columns, not 3 or 4 -> write "name 1 2" for the same person, "name 1 other 2" for two'),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "1 1\nAnn_B 1 2\n"}, "dataset_invalid",
     "pairs.txt:1: its first line promises 2 pairs, there are 1 -> complete or correct it"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "1 1\nAnn_B 1 Cy_D 2\nAnn_B 1 2\n"}, "dataset_invalid",
     "pairs.txt:2: pair 1 has to be of the same person"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B one 2\n"}, "dataset_invalid",
     "pairs.txt:1: 'one' is not the number of a picture"),
    ("lfw", GOOD["lfw"] | {"annotations/pairs.txt": "Ann_B 8 9\n"}, "dataset_invalid",
     "pairs.txt: no pair has both pictures"),
    ("lfw", GOOD["lfw"] | {"annotations/lfw_landmark.txt": "a.jpg 1 2\n"}, "dataset_invalid",
     "lfw_landmark.txt:1: there are 3 columns, not 11"),
    ("vggface2", without("vggface2", "landmark_test"), "dataset_format_mismatch",
     "there is no .csv file with the 11 columns NAME_ID, P1X"),
    ("vggface2", GOOD["vggface2"] | {"bb_landmark/loose_landmark_test.csv": f"{LANDMARK_HEADER}\nn/1,1,2\n"},
     "dataset_invalid", "loose_landmark_test.csv:2: there are 3 columns, not 11 -> complete the row"),
    ("vggface2", GOOD["vggface2"] | {
        "bb_landmark/loose_landmark_test.csv": f"{LANDMARK_HEADER}\nn000001/0001_01,1,2,3,4,5,6,7,8,9,x\n"},
     "dataset_invalid", "loose_landmark_test.csv:2: 'x' is not a number -> write x and y in pixels"),
    ("vggface2", GOOD["vggface2"] | {"bb_landmark/loose_bb_test.csv": "NAME_ID,X,Y,W,H\nn/1,1,2,0,5\n"},
     "dataset_invalid", "loose_bb_test.csv:2: the box has no area"),
    ("wider_face", without("wider_face", "bbx_gt"), "dataset_format_mismatch", "there is no wider_face_…_bbx_gt.txt"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\n1\n1 2 3\n"}, "dataset_invalid",
     "wider_face_val_bbx_gt.txt:3: there are 3 values, not 10 -> write"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt":
            "0--Parade/0_Parade_1.jpg\n2\n1 2 3 4 0 0 0 0 0 0\n1--Rest/1_Rest_2.jpg\n0\n"},
     "dataset_invalid", "wider_face_val_bbx_gt.txt:4: there are fewer faces than the 2 of line 2"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\nmany\n"}, "dataset_invalid",
     "wider_face_val_bbx_gt.txt:2: 'many' is not the number of faces -> write how many lines follow"),
    ("wider_face", GOOD["wider_face"] | {
        "wider_face_split/wider_face_val_bbx_gt.txt": "0--Parade/0_Parade_1.jpg\n1\n1 2 x 4 0 0 0 0 0 0\n"},
     "dataset_invalid", "wider_face_val_bbx_gt.txt:3: 'x' is not a number"),
    ("open_images", without("open_images", "class-desc"), "dataset_format_mismatch",
     "there is no .csv file with the 2 columns id of a class, name"),
    ("open_images", without("open_images", "bbox"), "dataset_format_mismatch",
     "there is no .csv file with the 13 columns ImageID"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0zzz,1,0.1,0.6,0,0.5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: the class '/m/0zzz' has no name"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0cmf2,1,10,60,0,5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: XMin, XMax, YMin and YMax are not all from 0 to 1"),
    ("open_images", GOOD["open_images"] | {
        "validation-annotations-bbox.csv": f"{OPEN_HEADER}\n0001eeaf4aed83f9,x,/m/0cmf2,1,0.6,0.1,0,0.5,0,0,0,0,0\n"},
     "dataset_invalid", "validation-annotations-bbox.csv:2: the box ends before it begins"),
    ("not_annotated", {"readme.md": "nothing"}, "dataset_format_mismatch", "there are no pictures"),
    ("not_annotated", {"1.png": b"x"}, "dataset_no_usable_samples", "1.png: not a readable picture"),
]  # fmt: skip
