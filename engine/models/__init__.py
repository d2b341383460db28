"""Networks, built as their papers describe them."""

from engine.models.alexnet import (
    AlexNet,
    AlexNetOriginal,
    alexnet,
    alexnet_original_grouped,
    alexnet_original_ungrouped,
)
from engine.models.autoencoder import autoencoder_mnist
from engine.models.bert import Bert, bert_base, bert_large
from engine.models.bert_classifier import BertClassifier
from engine.models.bert_pretraining import BertForPretraining, bert_base_pretraining, bert_large_pretraining
from engine.models.bn_inception import bn_inception
from engine.models.dcgan import DCGANDiscriminator, DCGANGenerator, dcgan_discriminator, dcgan_generator
from engine.models.densenet import DenseNet, densenet121, densenet161, densenet169, densenet201
from engine.models.detection.fcn_resnet import fcn_resnet50, fcn_resnet50_aux
from engine.models.detection.fcn_vgg import fcn8s_vgg16, fcn16s_vgg16, fcn32s_vgg16
from engine.models.googlenet import GoogLeNet, googlenet, googlenet_aux, googlenet_paper, googlenet_paper_aux
from engine.models.inception_v3 import inception_v3, inception_v3_no_aux
from engine.models.inception_v4 import inception_v4
from engine.models.lenet import LeNet, LeNet5, lenet5_1998, lenet_d2l
from engine.models.mobilenet_v1 import (
    mobilenet_v1,
    mobilenet_v1_025,
    mobilenet_v1_050,
    mobilenet_v1_075,
    mobilenet_v1_ordinary,
)
from engine.models.mobilenet_v2 import mobilenet_v2, mobilenet_v2_025, mobilenet_v2_050, mobilenet_v2_075
from engine.models.nin import nin_cifar10, nin_d2l
from engine.models.preact_resnet import preact_resnet164
from engine.models.residual_attention import attention56, attention92
from engine.models.resnet import (
    ResNet,
    plain18,
    plain34,
    resnet18,
    resnet34,
    resnet34_a,
    resnet34_c,
    resnet50,
    resnet50_paper,
    resnet101,
    resnet101_paper,
    resnet152,
    resnet152_paper,
)
from engine.models.resnet_cifar import plain20_cifar, plain56_cifar, resnet20_cifar, resnet56_cifar, resnet110_cifar
from engine.models.se_resnet import se_resnet50, se_resnet50_no_bias
from engine.models.shufflenet_v1 import (
    shufflenet_v1_g1,
    shufflenet_v1_g2,
    shufflenet_v1_g3,
    shufflenet_v1_g4,
    shufflenet_v1_g8,
)
from engine.models.shufflenet_v2 import shufflenet_v2_x0_5, shufflenet_v2_x1_0, shufflenet_v2_x1_5, shufflenet_v2_x2_0
from engine.models.simgan import simgan_discriminator, simgan_refiner
from engine.models.squeezenet import squeezenet1_0, squeezenet1_1
from engine.models.srgan import SRResNet, srresnet
from engine.models.srgan_discriminator import srgan_discriminator
from engine.models.transformer import Transformer, transformer_base, transformer_big
from engine.models.transformer_stacks import TransformerStacks, transformer_base_stacks
from engine.models.vae import VAE, vae_mnist
from engine.models.vgg import VGG, vgg11, vgg11_d2l, vgg11_d2l_narrow, vgg13, vgg16, vgg16_bn, vgg16_c, vgg19, vgg19_bn

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
    "attention56",
    "attention92",
    "autoencoder_mnist",
    "bert_base",
    "bert_base_pretraining",
    "bert_large",
    "bert_large_pretraining",
    "bn_inception",
    "dcgan_discriminator",
    "dcgan_generator",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "fcn8s_vgg16",
    "fcn16s_vgg16",
    "fcn32s_vgg16",
    "fcn_resnet50",
    "fcn_resnet50_aux",
    "googlenet",
    "googlenet_aux",
    "googlenet_paper",
    "googlenet_paper_aux",
    "inception_v3",
    "inception_v3_no_aux",
    "inception_v4",
    "lenet5_1998",
    "lenet_d2l",
    "mobilenet_v1",
    "mobilenet_v1_025",
    "mobilenet_v1_050",
    "mobilenet_v1_075",
    "mobilenet_v1_ordinary",
    "mobilenet_v2",
    "mobilenet_v2_025",
    "mobilenet_v2_050",
    "mobilenet_v2_075",
    "nin_cifar10",
    "nin_d2l",
    "plain18",
    "plain20_cifar",
    "plain34",
    "plain56_cifar",
    "preact_resnet164",
    "resnet18",
    "resnet20_cifar",
    "resnet34",
    "resnet34_a",
    "resnet34_c",
    "resnet50",
    "resnet50_paper",
    "resnet56_cifar",
    "resnet101",
    "resnet101_paper",
    "resnet110_cifar",
    "resnet152",
    "resnet152_paper",
    "se_resnet50",
    "se_resnet50_no_bias",
    "shufflenet_v1_g1",
    "shufflenet_v1_g2",
    "shufflenet_v1_g3",
    "shufflenet_v1_g4",
    "shufflenet_v1_g8",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
    "simgan_discriminator",
    "simgan_refiner",
    "squeezenet1_0",
    "squeezenet1_1",
    "srgan_discriminator",
    "srresnet",
    "transformer_base",
    "transformer_base_stacks",
    "transformer_big",
    "vae_mnist",
    "vgg11",
    "vgg11_d2l",
    "vgg11_d2l_narrow",
    "vgg13",
    "vgg16",
    "vgg16_bn",
    "vgg16_c",
    "vgg19",
    "vgg19_bn",
]
