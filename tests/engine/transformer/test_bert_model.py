"""BERT beside torch's encoder with the same weights, its heads, and its numbers of parameters."""

from types import SimpleNamespace

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional
from torch.testing import assert_close
from torch_twins import EXACT, assert_same_gradients, copy_encoder_layer, ids_of, randn, randomised

from engine.errors import Refused
from engine.models.bert import Bert, bert_base, bert_large
from engine.models.bert_classifier import BertClassifier
from engine.models.bert_pretraining import (
    BertForPretraining,
    MaskedLanguageModelHead,
    bert_base_pretraining,
    bert_large_pretraining,
    masked_lm_loss,
    pretraining_loss,
)

torch.set_num_threads(1)
WORDS, WIDTH, HEADS, HIDDEN = 11, 8, 2, 12


def small_bert(activation="gelu"):
    built = Bert(WORDS, WIDTH, 2, HEADS, HIDDEN, max_len=10, dropout=0.0, activation=activation)
    return randomised(built).eval()


def by_torch(bert, activation, ids, segments, padding):
    """The hidden states, from torch's encoder with BERT's weights, and the pooled first one."""
    state = {**bert.state_dict(), **dict(bert.named_parameters())}
    tokens = functional.embedding(ids, state["embeddings.token.weight"])
    tokens = tokens + functional.embedding(segments, state["embeddings.segment.weight"])
    tokens = tokens + state["embeddings.position.encoding"][: ids.shape[1]]
    norm = (state["embeddings.norm.weight"], state["embeddings.norm.bias"])
    tokens = functional.layer_norm(tokens, (WIDTH,), *norm, eps=1e-12)
    block = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, activation, 1e-12, batch_first=True)
    twin = randomised(nn.TransformerEncoder(block, 2, None, False), seed=5)
    for our, their in zip(bert.encoder.layers, twin.layers, strict=True):
        copy_encoder_layer(our, their)  # ours becomes theirs
    hidden = twin(tokens, src_key_padding_mask=padding)
    return hidden, functional.linear(hidden[:, 0], state["pooler.0.weight"], state["pooler.0.bias"]).tanh()


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_bert_equals_torchs_encoder_behind_three_embeddings(activation):
    bert = small_bert(activation)
    ids, segments = ids_of(1, WORDS, 2, 6), torch.tensor([[0, 0, 0, 1, 1, 1]] * 2)
    lengths = torch.tensor([6, 4])
    hidden, pooled = by_torch(bert, activation, ids, segments, torch.arange(6) >= lengths[:, None])
    found = bert(ids, segments, lengths)
    assert_close(found.hidden[0], hidden[0], **EXACT)
    assert_close(found.hidden[1, :4], hidden[1, :4], **EXACT)
    assert_close(found.pooled, pooled, **EXACT)
    assert [tuple(weights.shape) for weights in found.weights] == [(2, HEADS, 6, 6)] * 2
    assert not found.weights[0][1, ..., 4:].any()


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_gradients_of_bert_equal_those_through_torchs_encoder(activation):
    bert = small_bert(activation)
    ids, segments = ids_of(1, WORDS, 2, 6), torch.tensor([[0, 0, 0, 1, 1, 1]] * 2)
    _, pooled = by_torch(bert, activation, ids, segments, None)
    found = bert(ids, segments).pooled
    around = [parameter for name, parameter in bert.named_parameters() if not name.startswith("encoder.")]
    assert len(around) == 7  # three embeddings, a normalisation's two, a pooler's two
    assert_same_gradients(found, pooled, around, around)


def test_without_segments_all_tokens_belong_to_the_first_sentence():
    bert, ids = small_bert(), ids_of(1, WORDS, 2, 6)
    hidden, _ = by_torch(bert, "gelu", ids, torch.zeros_like(ids), None)
    assert_close(bert(ids).hidden, hidden, **EXACT)
    with pytest.raises(Refused, match="there are 11 tokens and only 10 positions"):
        bert(torch.zeros(1, 11, dtype=torch.long))


def test_published_numbers_of_parameters_of_bert():
    builders = {
        bert_base: 109_482_240,
        bert_large: 335_141_888,
        bert_base_pretraining: 110_106_428,
        bert_large_pretraining: 336_226_108,
    }
    with torch.device("meta"):
        for build, expected in builders.items():
            assert sum(p.numel() for p in build().parameters()) == expected
        base = Bert()
    assert sum(p.numel() for p in base.embeddings.parameters()) == 23_837_184
    assert sum(p.numel() for p in base.encoder.layers[0].parameters()) == 7_087_872
    assert sum(p.numel() for p in base.pooler.parameters()) == 590_592


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("bert", 109_482_240),
        ("embeddings", 23_837_184),
        ("layer", 7_087_872),
        ("encoder", 12 * 7_087_872),
        ("pooler", 590_592),
        ("masked_lm_head", 768 * 768 + 768 + 2 * 768 + 30_522),
        ("next_sentence_head", 2 * 768 + 2),
        ("pretraining", 110_106_428),
    ],
)
def test_numbers_of_parameters_of_the_parts_of_bert(part, expected):
    assert run("bert.num_params", part=part).value == expected


def test_number_of_parameters_of_large_bert():
    sizes = {"embed_dim": 1024, "num_layers": 24, "num_heads": 16, "dim_feedforward": 4096}
    assert run("bert.num_params", **sizes).value == 335_141_888
    with pytest.raises(Refused, match="5 heads cannot share a width of 1024"):
        run("bert.num_params", **{**sizes, "num_heads": 5})


def test_the_head_of_the_masked_language_model_uses_the_embedding_itself():
    bert = small_bert()
    model = randomised(BertForPretraining(bert)).eval()
    head = model.masked_lm
    assert head.decoder.weight is bert.embeddings.token.weight
    hidden = randn(1, 2, 5, WIDTH)
    inner = functional.gelu(functional.linear(hidden, head.transform.weight, head.transform.bias))
    inner = functional.layer_norm(inner, (WIDTH,), head.norm.weight, head.norm.bias, eps=1e-12)
    assert_close(head(hidden), inner @ bert.embeddings.token.weight.mT + head.decoder.bias, **EXACT)
    alone = randomised(MaskedLanguageModelHead(nn.Parameter(randn(2, WORDS, WIDTH))))
    assert alone(hidden).shape == (2, 5, WORDS)
    ids = ids_of(1, WORDS, 2, 6)
    both = model(ids)
    assert_close(both.token_logits, head(bert(ids).hidden), **EXACT)
    pooled = bert(ids).pooled
    assert_close(
        both.next_logits, functional.linear(pooled, model.next_sentence.weight, model.next_sentence.bias), **EXACT
    )


def test_the_loss_ignores_what_was_not_chosen_as_torchs_does():
    logits, original = randn(1, 2, 5, WORDS).requires_grad_(), ids_of(2, WORDS, 2, 5)
    chosen = torch.tensor([[True, False, False, True, False], [False, False, True, False, False]])
    labels = original.masked_fill(~chosen, -100)
    expected = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    found = masked_lm_loss(logits, original, chosen)
    assert_close(found, expected, **EXACT)
    assert_close(torch.autograd.grad(found, logits)[0], torch.autograd.grad(expected, logits)[0], **EXACT)
    next_logits, labels = randn(3, 2, 2), torch.tensor([0, 1])
    both = pretraining_loss(SimpleNamespace(token_logits=logits, next_logits=next_logits), original, chosen, labels)
    assert_close(both, expected + functional.cross_entropy(next_logits, labels), **EXACT)


@pytest.mark.parametrize("level", ["sentence", "token"])
def test_a_classifier_is_one_linear_layer_on_bert(level):
    bert = small_bert()
    model = BertClassifier(bert, 3, level)
    model.classifier.double()
    randomised(model.classifier, seed=3)
    model.eval()
    ids = ids_of(1, WORDS, 2, 6)
    read = bert(ids).pooled if level == "sentence" else bert(ids).hidden
    assert_close(model(ids), functional.linear(read, model.classifier.weight, model.classifier.bias), **EXACT)
    new = sum(p.numel() for p in model.parameters()) - sum(p.numel() for p in bert.parameters())
    assert new == WIDTH * 3 + 3


def test_fine_tuning_trains_everything_unless_the_body_is_frozen():
    for freeze in (False, True):
        model = BertClassifier(small_bert(), 3, freeze=freeze)
        trained = {name.partition(".")[0] for name, p in model.named_parameters() if p.requires_grad}
        assert trained == ({"classifier"} if freeze else {"bert", "classifier"})


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_a_new_task_costs_768_c_plus_c_parameters(classes):
    new = 768 * classes + classes
    assert run("bert.fine_tuning_params", num_classes=classes).value == new
    assert run("bert.fine_tuning_params", num_classes=classes, what="trained").value == 109_482_240 + new
    assert run("bert.fine_tuning_params", num_classes=classes, what="trained", freeze=True).value == new
    assert run("bert.fine_tuning_params", num_classes=classes, embed_dim=1024).value == 1024 * classes + classes
