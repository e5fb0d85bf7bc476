"""A small good dataset in every format."""

import json

import numpy as np

from tests.unit.datasets.material import Content, encoded, grey_mask, picture
from workbench.datasets.formats.annotations import FormatName

PNG = picture(20, 10)
JPG = picture(20, 10, ".jpg")
COLORS = {"Sky": (128, 128, 128), "Car": (64, 0, 128), "Void": (0, 0, 0)}


def color_mask(*colors: tuple[int, int, int]) -> bytes:
    """20 × 10 pixels of these colours (red, green, blue) in turn."""
    pixels = np.array([colors[number % len(colors)][::-1] for number in range(200)], np.uint8)
    return encoded(pixels.reshape(10, 20, 3))


COCO = {
    "images": [{"id": 1, "file_name": "1.jpg", "width": 20, "height": 10}],
    "annotations": [
        {
            "image_id": 1,
            "category_id": 3,
            "bbox": [1, 2, 10, 5],
            "segmentation": [[1, 2, 11, 2, 11, 7]],
            "keypoints": [1, 2, 2, 11, 7, 1, 0, 0, 0],
        }
    ],
    "categories": [{"id": 3, "name": "person", "keypoints": ["a", "b", "c"], "skeleton": [[1, 2], [2, 3]]}],
}
VOC_XML = (
    "<annotation><size><width>20</width><height>10</height></size><object><name>cat</name><bndbox>"
    "<xmin>1</xmin><ymin>1</ymin><xmax>20</xmax><ymax>10</ymax></bndbox></object></annotation>"
)
OPEN_HEADER = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
)
LANDMARK_HEADER = "NAME_ID," + ",".join(f"P{point}X,P{point}Y" for point in range(1, 6))
META = {
    "label_map": {"0": "background", "1": "road", "2": "sky"},
    "background_label": "0",
    "segmentation_colors": [[0, 0, 0], [128, 64, 128], [70, 130, 180]],
}
CITY = "frankfurt_000000_000294"
FACES = {f"lfw/{name}/{name}_{number:04d}.jpg": JPG for name in ("Ann_B", "Cy_D") for number in (1, 2)}

GOOD: dict[FormatName, Content] = {
    "imagenet_txt": {"images/1.png": PNG, "images/2.png": PNG, "val.txt": "1.png 0\n2.png 1\n"},
    "imagenet_folders": {"cat/1.png": PNG, "dog/2.png": PNG},
    "voc": {
        "VOC2012/JPEGImages/1.jpg": JPG,
        "VOC2012/Annotations/1.xml": VOC_XML,
        "VOC2012/SegmentationClass/1.png": grey_mask(20, 10, [0, 8, 255]),
        "VOC2012/ImageSets/Main/val.txt": "1\n",
    },
    "coco": {"val2017/1.jpg": JPG, "annotations/person_keypoints_val2017.json": json.dumps(COCO)},
    "yolo": {
        "data.yaml": "path: ../datasets/pets\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n",
        "images/train/0.jpg": JPG,
        "images/val/1.jpg": JPG,
        "images/val/2.jpg": JPG,
        "labels/train/0.txt": "0 0.5 0.5 0.5 0.5\n",
        "labels/val/1.txt": "1 0.5 0.5 0.5 0.4\n0 0.1 0.2 0.6 0.2 0.6 0.8\n",
    },
    "common_segmentation": {
        "dataset_meta.json": json.dumps(META),
        "Images/1.jpg": JPG,
        "Masks/1.png": color_mask((0, 0, 0), (128, 64, 128), (70, 130, 180)),
    },
    "cityscapes": {
        f"leftImg8bit/val/frankfurt/{CITY}_leftImg8bit.png": PNG,
        f"gtFine/val/frankfurt/{CITY}_gtFine_labelIds.png": grey_mask(20, 10, [0, 7, 33, 10]),
        f"gtFine/val/frankfurt/{CITY}_gtFine_color.png": PNG,
        f"gtFine/val/frankfurt/{CITY}_gtFine_instanceIds.png": PNG,
        f"gtFine/val/frankfurt/{CITY}_gtFine_polygons.json": '{"imgHeight": 10, "objects": []}',
        "leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png": PNG,
        "gtFine/train/aachen/aachen_000000_000019_gtFine_labelIds.png": grey_mask(20, 10, [7]),
    },
    "camvid": {
        "train/1.png": PNG,
        "trainannot/1.png": grey_mask(20, 10, [0]),
        "test/2.png": PNG,
        "testannot/2.png": grey_mask(20, 10, [0, 10, 11]),
        "test.txt": "/SegNet/CamVid/test/2.png /SegNet/CamVid/testannot/2.png\n",
    },
    "common_super_resolution": {
        "LR/1.png": picture(10, 5),
        "HR/1.png": PNG,
        "upsampled/1.png": PNG,
    },
    "lfw": {
        **FACES,
        "annotations/pairs.txt": "1\t2\nAnn_B\t1\t2\nCy_D\t1\t2\nAnn_B\t1\tCy_D\t2\nAnn_B\t2\tCy_D\t1\n",
        "annotations/lfw_landmark.txt": "Ann_B/Ann_B_0001.jpg 1 2 3 4 5 6 7 8 9 10\n",
    },
    "vggface2": {
        "test/n000001/0001_01.jpg": JPG,
        "test/n000009/0002_01.jpg": JPG,
        "bb_landmark/loose_landmark_test.csv": (
            f'{LANDMARK_HEADER}\n"n000001/0001_01",1,2,3,4,5,6,7,8,9.5,9\n"n000009/0002_01",1,2,3,4,5,6,7,8,9,9\n'
        ),
        "bb_landmark/loose_bb_test.csv": 'NAME_ID,X,Y,W,H\n"n000001/0001_01",1,2,10,6\n"n000009/0002_01",2,2,9,6\n',
    },
    "wider_face": {
        "WIDER_val/images/0--Parade/0_Parade_1.jpg": JPG,
        "WIDER_val/images/1--Rest/1_Rest_2.jpg": JPG,
        "wider_face_split/wider_face_val_bbx_gt.txt": (
            "0--Parade/0_Parade_1.jpg\n2\n1 2 8 6 0 0 0 0 0 0 \n12 1 5 5 1 0 0 1 0 0 \n"
            "1--Rest/1_Rest_2.jpg\n0\n0 0 0 0 0 0 0 0 0 0 \n"
        ),
    },
    "open_images": {
        "validation/0001eeaf4aed83f9.jpg": JPG,
        "validation-annotations-bbox.csv": (
            f"{OPEN_HEADER}\n0001eeaf4aed83f9,xclick,/m/0cmf2,1,0.1,0.6,0,0.5,0,0,0,0,0\n"
            "0001eeaf4aed83f9,xclick,/m/011k07,1,0.5,1,0.5,1,0,0,1,0,0\n"
        ),
        "class-descriptions-boxable.csv": "/m/011k07,Tortoise\n/m/0cmf2,Airplane\n",
    },
    "not_annotated": {"1.png": PNG, "2.jpg": JPG},
}
