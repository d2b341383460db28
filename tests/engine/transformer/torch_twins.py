"""torch's Transformer modules as twins of ours: random weights from a seed, and copies of them. No engine code."""

import torch
from torch import nn
from torch.testing import assert_close

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def ids_of(seed, high, *shape):
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def randomised(module, seed=0):
    """Fill every parameter, in float64; matrices keep the size of what goes through them."""
    module.double()
    for index, parameter in enumerate(module.parameters()):
        drawn = randn(1000 * seed + index, *parameter.shape)
        parameter.copy_(drawn / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.5 * drawn)
    return module


@torch.no_grad()
def copy_linear(ours, theirs):
    ours.weight.copy_(theirs.weight)
    if theirs.bias is not None:
        ours.bias.copy_(theirs.bias)


@torch.no_grad()
def copy_attention(ours, theirs):
    layers = [ours.q_proj, ours.k_proj, ours.v_proj]
    for layer, matrix, bias in zip(layers, theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3), strict=True):
        layer.weight.copy_(matrix)
        layer.bias.copy_(bias)
    copy_linear(ours.out_proj, theirs.out_proj)


def copy_encoder_layer(ours, theirs):
    copy_attention(ours.self_attn, theirs.self_attn)
    copy_linear(ours.feed_forward.linear1, theirs.linear1)
    copy_linear(ours.feed_forward.linear2, theirs.linear2)
    copy_linear(ours.add_norm1.norm, theirs.norm1)
    copy_linear(ours.add_norm2.norm, theirs.norm2)


def copy_decoder_layer(ours, theirs):
    copy_encoder_layer(ours, theirs)
    copy_attention(ours.cross_attn, theirs.multihead_attn)
    copy_linear(ours.add_norm3.norm, theirs.norm3)


def copy_stacks(ours, theirs):
    for our, their in zip(ours.encoder.layers, theirs.encoder.layers, strict=True):
        copy_encoder_layer(our, their)
    for our, their in zip(ours.decoder.layers, theirs.decoder.layers, strict=True):
        copy_decoder_layer(our, their)
    if theirs.encoder.norm is not None:
        copy_linear(ours.encoder.norm, theirs.encoder.norm)
        copy_linear(ours.decoder.norm, theirs.decoder.norm)


def torch_stacks(width, heads, layers, hidden, norm_first=False, activation="relu", dropout=0.0):
    """nn.Transformer with random weights and a bool mask for its target."""
    block = (width, heads, hidden, dropout, activation, 1e-5, True, norm_first)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(*block), layers, nn.LayerNorm(width), False)
    twin = nn.Transformer(width, heads, layers, layers, *block[2:5], encoder, None, *block[5:])
    return randomised(twin)


def future(length):
    """Hide later positions, as torch's layers are told: True is hidden."""
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def assert_same_gradients(ours, theirs, our_inputs, their_inputs, tolerance=1e-12):
    upstream = randn(99, *theirs.shape)
    pairs = zip(
        torch.autograd.grad(ours, our_inputs, upstream, retain_graph=True),
        torch.autograd.grad(theirs, their_inputs, upstream, retain_graph=True),
        strict=True,
    )
    for our, their in pairs:
        assert_close(our, their, rtol=tolerance, atol=tolerance)
