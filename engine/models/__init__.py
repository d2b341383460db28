"""Networks, built as their papers describe them."""

from engine.models.alexnet import (
    AlexNet,
    AlexNetOriginal,
    alexnet,
    alexnet_original_grouped,
    alexnet_original_ungrouped,
)
from engine.models.resnet import ResNet, resnet18, resnet34, resnet50, resnet50_paper, resnet101, resnet152
from engine.models.vgg import VGG, vgg11, vgg13, vgg16, vgg16_bn, vgg16_c, vgg19, vgg19_bn

__all__ = [
    "VGG",
    "AlexNet",
    "AlexNetOriginal",
    "ResNet",
    "alexnet",
    "alexnet_original_grouped",
    "alexnet_original_ungrouped",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet50_paper",
    "resnet101",
    "resnet152",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg16_bn",
    "vgg16_c",
    "vgg19",
    "vgg19_bn",
]
