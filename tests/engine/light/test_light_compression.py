"""Pruning, sharing, Huffman codes and searches: against SciPy, Kraft's sum, entropy, and looking at everything."""

import math
from itertools import product
from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.vq import kmeans2

from engine.compression.architecture_search import exhaustive, random_search, score, space
from engine.compression.huffman import code_lengths, code_words, decode, encode, entropy, mean_length
from engine.compression.pareto import pareto_front
from engine.compression.pruning import magnitude_mask, prune
from engine.compression.ratio_search import Network, brute_force, greedy, uniform
from engine.compression.storage import code_bits, deep_compression, gaps, huffman_bits, megabytes, sharing_rate
from engine.compression.weight_sharing import first_centroids, share_weights
from engine.errors import Refused

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def normal(n: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("amount", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_pruning_keeps_the_largest_magnitudes(amount: float) -> None:
    weights = normal(40).reshape(5, 8)
    kept = prune(weights, amount)
    ordered = sorted(weights.flatten().tolist(), key=abs)
    left = sorted((w for w in kept.flatten().tolist() if w), key=abs)
    assert left == ordered[round(amount * 40) :]
    assert int(magnitude_mask(weights, amount).sum()) == 40 - round(amount * 40)
    assert value("pruning.pruned", weights=weights.tolist(), amount=amount) == kept.tolist()


def test_of_equal_magnitudes_the_earlier_goes() -> None:
    assert prune(torch.tensor([1.0, -1.0, 1.0, -1.0]), 0.5).tolist() == [0.0, 0.0, 1.0, -1.0]


@pytest.mark.filterwarnings("ignore:One of the clusters is empty")
@pytest.mark.parametrize("clusters", [2, 5, 8])
@pytest.mark.parametrize("start", ["linear", "density"])
def test_shared_weights_are_scipys_kmeans(clusters: int, start: Any) -> None:
    weights = normal(200, seed=clusters)
    shared = share_weights(weights, clusters, start)
    places = torch.linspace(0, 1, clusters, dtype=torch.float64)
    first = weights.min() + places * (weights.max() - weights.min())
    first = weights.quantile(places) if start == "density" else first
    assert torch.allclose(first_centroids(weights, clusters, start), first, rtol=1e-12)
    centroids, codes = kmeans2(weights.numpy()[:, None], first.numpy()[:, None], iter=300, minit="matrix")
    assert shared.centroids.tolist() == pytest.approx(centroids[:, 0].tolist(), rel=1e-9)
    assert shared.codes.tolist() == codes.tolist()
    squared = float(((weights.numpy() - centroids[codes, 0]) ** 2).sum())
    assert value("weight_sharing.error", weights=weights.tolist(), clusters=clusters, start=start) == pytest.approx(
        squared
    )
    assert value("weight_sharing.centroids", weights=weights.tolist(), clusters=clusters, start=start) == pytest.approx(
        centroids[:, 0].tolist()
    )


def test_an_empty_cluster_stays_where_it_is() -> None:
    shared = share_weights(torch.tensor([0.0, 0.0, 1.0, 10.0], dtype=torch.float64), clusters=3)
    assert shared.centroids.tolist() == [1 / 3, 5.0, 10.0]


FREQUENCIES = st.lists(st.integers(1, 60), min_size=2, max_size=7)


@given(FREQUENCIES)
@settings(max_examples=25)
def test_huffman_is_the_best_prefix_code(frequencies: list[int]) -> None:
    """Kraft's sum is exactly 1, the entropy bounds it, and no other lengths with Kraft's sum up to 1 are shorter."""
    lengths = code_lengths(frequencies)
    assert sum(2.0**-length for length in lengths) == 1.0
    total = sum(frequencies)
    bits = sum(f * length for f, length in zip(frequencies, lengths, strict=True)) / total
    assert mean_length(frequencies) == pytest.approx(bits, rel=1e-12)
    shannon = sum(-f / total * math.log2(f / total) for f in frequencies)
    assert entropy(frequencies) == pytest.approx(shannon, rel=1e-12)
    assert shannon - 1e-9 <= bits < shannon + 1
    if len(frequencies) <= 5:
        every = product(range(1, len(frequencies)), repeat=len(frequencies))
        allowed = (tried for tried in every if sum(2.0**-length for length in tried) <= 1)
        best = min(sum(f * length for f, length in zip(frequencies, tried, strict=True)) for tried in allowed)
        assert bits * total == pytest.approx(best)


@given(FREQUENCIES)
@settings(max_examples=25)
def test_words_are_prefix_free_and_messages_come_back(frequencies: list[int]) -> None:
    words = code_words(code_lengths(frequencies))
    assert [len(word) for word in words] == code_lengths(frequencies)
    assert not any(a != b and b.startswith(a) for a in words for b in words)
    message = [symbol for symbol, number in enumerate(frequencies) for _ in range(number)]
    bits = encode(message, words)
    assert decode(bits, words) == message
    total = sum(f * len(word) for f, word in zip(frequencies, words, strict=True))
    assert len(bits) == total == huffman_bits(message) == value("huffman.encoded_bits", counts=frequencies)
    assert value("huffman.mean_length", frequencies=frequencies) == pytest.approx(total / len(message))


def test_huffman_at_the_edges() -> None:
    assert code_lengths([3]) == [1]
    assert value("huffman.lengths", frequencies=[1, 1, 1, 1]) == [2, 2, 2, 2]
    assert value("huffman.lengths", frequencies=[8, 4, 2, 1, 1]) == [1, 2, 3, 4, 4]
    assert value("huffman.entropy", frequencies=[1, 0]) == 0
    with pytest.raises(Refused, match="all frequencies are 0"):
        value("huffman.entropy", frequencies=[0, 0])


def test_sizes_by_arithmetic() -> None:
    assert megabytes(1_248_424, 32) == pytest.approx(4.993696)
    assert megabytes(60_965_224, 32) == pytest.approx(243.860896)
    assert sharing_rate(16, 4) == pytest.approx(16 * 32 / (16 * 2 + 4 * 32))
    assert value("weight_sharing.compression_rate", weights=1000, clusters=16) == pytest.approx(32_000 / (4000 + 512))
    assert [code_bits(k) for k in (1, 2, 3, 16, 17, 256)] == [math.ceil(math.log2(k)) for k in (1, 2, 3, 16, 17, 256)]


@pytest.mark.parametrize("index_bits", [1, 2, 4])
def test_gaps_lead_back_to_the_places(index_bits: int) -> None:
    mask = normal(60).gt(1.2)
    stored = gaps(mask, index_bits)
    assert max(stored) < 2**index_bits
    place, found, longest = -1, [], 2**index_bits - 1
    for gap in stored:
        place += gap + 1
        found.append(place)
    places = mask.nonzero().flatten().tolist()
    assert set(places) <= set(found)
    fillers = [p for p in found if p not in places]
    steps = [b - a - 1 for a, b in zip([-1, *places], places, strict=False)]
    assert len(fillers) == sum(step // (longest + 1) for step in steps)


@pytest.mark.filterwarnings("ignore:One of the clusters is empty")
def test_each_step_of_deep_compression_by_a_second_count() -> None:
    weights = normal(1024)
    steps = {step.name: step.bits for step in deep_compression(weights, amount=0.75, clusters=16, index_bits=4)}
    order = weights.abs().argsort()[768:].sort().values.tolist()
    entries, before, coded, skips = 0, -1, [], []
    _, codes = kmeans2(
        weights[order].numpy()[:, None],
        torch.linspace(float(weights[order].min()), float(weights[order].max()), 16).double().numpy()[:, None],
        iter=300,
        minit="matrix",
    )
    for place, code in zip(order, codes.tolist(), strict=True):
        gap = place - before - 1
        while gap > 15:
            entries, gap = entries + 1, gap - 16
            coded.append(16)
            skips.append(15)
        entries += 1
        coded.append(code)
        skips.append(gap)
        before = place
    assert steps["as it is"] == 32 * 1024
    assert steps["pruned"] == entries * 36
    assert steps["shared"] == entries * ((5 if 16 in coded else 4) + 4) + 16 * 32
    assert steps["Huffman"] == brute_huffman_bits(coded) + brute_huffman_bits(skips) + 16 * 32
    for name, bits in steps.items():
        assert value("compression.layer_bits", step=name) == bits


def brute_huffman_bits(symbols: list[int]) -> int:
    """The sum of all joined weights: another way to the length of the coded text."""
    weights = sorted(symbols.count(symbol) for symbol in set(symbols))
    total = 0
    while len(weights) > 1:
        joined = weights[0] + weights[1]
        total += joined
        weights = sorted([*weights[2:], joined])
    return total


def test_steps_are_refused_by_name() -> None:
    with pytest.raises(Refused, match="'step' must be one of 'as it is', 'pruned', 'shared', 'Huffman'"):
        value("compression.layer_bits", step="quantised")
    with pytest.raises(Refused, match="share nothing"):
        value("compression.layer_bits", weights=16, amount=0.9, clusters=16)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
@settings(max_examples=25)
def test_the_pareto_front_is_what_nothing_beats(candidates: list[tuple[int, int]]) -> None:
    costs, scores = [c for c, _ in candidates], [s for _, s in candidates]
    unbeaten = {
        i
        for i, (cost, mark) in enumerate(candidates)
        if not any(c <= cost and s >= mark and (c, s) != (cost, mark) for c, s in candidates)
    }
    found = pareto_front(costs, scores)
    assert set(found) == unbeaten
    assert [costs[i] for i in found] == sorted(costs[i] for i in found)
    assert value("pareto.front", costs=costs, scores=scores) == found


@pytest.mark.parametrize("budget", [100, 500, 2000, 10_000, 100_000])
def test_exhaustive_search_beats_every_cell_and_random_search(budget: int) -> None:
    fitting = [score(cell) for cell in space() if score(cell).macs <= budget]
    found = exhaustive(budget)
    drawn = random_search(budget, 6, torch.Generator().manual_seed(budget))
    every = random_search(budget, 18, torch.Generator().manual_seed(budget))
    if not fitting:
        assert found is drawn is every is None
        with pytest.raises(Refused, match="none of the cells"):
            value("nas.accuracy", budget=budget)
        return
    assert found is not None
    assert found.accuracy == max(cell.accuracy for cell in fitting) == value("nas.accuracy", budget=budget)
    assert found == every
    assert drawn is None or drawn.accuracy <= found.accuracy


def test_cells_cost_what_arithmetic_says() -> None:
    assert len(set(space())) == 3 * 3 * 2
    for cell in space():
        fed, total = 1, 0
        for _ in range(cell.depth):
            total += {"pointwise": fed * cell.width, "standard": 9 * fed * cell.width}.get(
                cell.operation, 9 * fed + fed * cell.width
            )
            fed = cell.width
        assert score(cell).macs == 64 * total
        assert 0 <= score(cell).accuracy <= 1


@pytest.mark.parametrize("budget", [400, 800, 1200])
def test_per_layer_ratios_against_all_64_plans(budget: int) -> None:
    """A second implementation prunes, runs and compares all plans in NumPy."""
    network = Network(seed=3)
    weights, x = [w.numpy() for w in network.weights], network.inputs.numpy()
    best = math.inf
    for ratios in product((0.0, 0.25, 0.5, 0.75), repeat=3):
        pruned = []
        for weight, ratio in zip(weights, ratios, strict=True):
            limit = sorted(abs(weight).flatten())[int(ratio * weight.size)] if ratio else 0.0
            pruned.append(weight * (abs(weight) >= limit))
        if sum(int((w != 0).sum()) for w in pruned) > budget:
            continue
        out = full = x
        for number, (cut, weight) in enumerate(zip(pruned, weights, strict=True)):
            out, full = (out, full) if not number else (out.clip(min=0), full.clip(min=0))
            out, full = out @ cut.T, full @ weight.T
        best = min(best, float((((out - full) ** 2).sum() / (full**2).sum()) ** 0.5))
    plans = [search(network, budget) for search in (brute_force, greedy, uniform)]
    assert plans[0].error == pytest.approx(best, rel=1e-9)
    assert value("prune_search.error", budget=budget, seed=3) == pytest.approx(best, rel=1e-9)
    assert all(plan.macs <= budget and plan.error >= best - 1e-12 for plan in plans)
