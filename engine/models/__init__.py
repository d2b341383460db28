"""Networks, built as their papers describe them."""

from engine.models.alexnet import (
    AlexNet,
    AlexNetOriginal,
    alexnet,
    alexnet_original_grouped,
    alexnet_original_ungrouped,
)
from engine.models.lenet import LeNet, LeNet5, lenet5_1998, lenet_d2l
from engine.models.resnet import ResNet, resnet18, resnet34, resnet50, resnet50_paper, resnet101, resnet152
from engine.models.vgg import VGG, vgg11, vgg13, vgg16, vgg16_bn, vgg16_c, vgg19, vgg19_bn

__all__ = [
    "VGG",
    "AlexNet",
    "AlexNetOriginal",
    "LeNet",
    "LeNet5",
    "ResNet",
    "alexnet",
    "alexnet_original_grouped",
    "alexnet_original_ungrouped",
    "lenet5_1998",
    "lenet_d2l",
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
