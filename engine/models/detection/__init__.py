"""Networks that find and outline objects: Faster R-CNN, Mask R-CNN, fully convolutional networks."""

from engine.models.detection.faster_rcnn import FasterRCNN, faster_rcnn_resnet50_fpn
from engine.models.detection.fcn_resnet import FCN, fcn_resnet50, fcn_resnet50_aux
from engine.models.detection.fcn_vgg import FCNVGG, fcn8s_vgg16, fcn16s_vgg16, fcn32s_vgg16
from engine.models.detection.mask_rcnn import MaskRCNN, mask_rcnn_resnet50_fpn

__all__ = [
    "FCN",
    "FCNVGG",
    "FasterRCNN",
    "MaskRCNN",
    "faster_rcnn_resnet50_fpn",
    "fcn8s_vgg16",
    "fcn16s_vgg16",
    "fcn32s_vgg16",
    "fcn_resnet50",
    "fcn_resnet50_aux",
    "mask_rcnn_resnet50_fpn",
]
