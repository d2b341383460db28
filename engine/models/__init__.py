"""Networks, built as their papers describe them."""

from engine.models.alexnet import (
    AlexNet,
    AlexNetOriginal,
    alexnet,
    alexnet_original_grouped,
    alexnet_original_ungrouped,
)
from engine.models.bert import Bert, bert_base, bert_large
from engine.models.bert_classifier import BertClassifier
from engine.models.bert_pretraining import BertForPretraining, bert_base_pretraining, bert_large_pretraining
from engine.models.dcgan import DCGANDiscriminator, DCGANGenerator
from engine.models.densenet import DenseNet, densenet121, densenet161, densenet169, densenet201
from engine.models.googlenet import GoogLeNet, googlenet, googlenet_aux, googlenet_paper, googlenet_paper_aux
from engine.models.inception_v3 import inception_v3, inception_v3_no_aux
from engine.models.lenet import LeNet, LeNet5, lenet5_1998, lenet_d2l
from engine.models.mobilenet_v1 import mobilenet_v1
from engine.models.mobilenet_v2 import mobilenet_v2
from engine.models.nin import nin_cifar10, nin_d2l
from engine.models.resnet import ResNet, resnet18, resnet34, resnet50, resnet50_paper, resnet101, resnet152
from engine.models.se_resnet import se_resnet50
from engine.models.shufflenet_v1 import shufflenet_v1_g3
from engine.models.shufflenet_v2 import shufflenet_v2_x1_0
from engine.models.squeezenet import squeezenet1_0, squeezenet1_1
from engine.models.srgan import SRResNet, srresnet
from engine.models.transformer import Transformer, transformer_base, transformer_big
from engine.models.transformer_stacks import TransformerStacks, transformer_base_stacks
from engine.models.vae import VAE
from engine.models.vgg import VGG, vgg11, vgg13, vgg16, vgg16_bn, vgg16_c, vgg19, vgg19_bn

__all__ = [
    "VAE",
    "VGG",
    "AlexNet",
    "AlexNetOriginal",
    "Bert",
    "BertClassifier",
    "BertForPretraining",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "DenseNet",
    "GoogLeNet",
    "LeNet",
    "LeNet5",
    "ResNet",
    "SRResNet",
    "Transformer",
    "TransformerStacks",
    "alexnet",
    "alexnet_original_grouped",
    "alexnet_original_ungrouped",
    "bert_base",
    "bert_base_pretraining",
    "bert_large",
    "bert_large_pretraining",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "googlenet",
    "googlenet_aux",
    "googlenet_paper",
    "googlenet_paper_aux",
    "inception_v3",
    "inception_v3_no_aux",
    "lenet5_1998",
    "lenet_d2l",
    "mobilenet_v1",
    "mobilenet_v2",
    "nin_cifar10",
    "nin_d2l",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet50_paper",
    "resnet101",
    "resnet152",
    "se_resnet50",
    "shufflenet_v1_g3",
    "shufflenet_v2_x1_0",
    "squeezenet1_0",
    "squeezenet1_1",
    "srresnet",
    "transformer_base",
    "transformer_base_stacks",
    "transformer_big",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg16_bn",
    "vgg16_c",
    "vgg19",
    "vgg19_bn",
]
