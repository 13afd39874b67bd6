"""Networks: segments, stacks, initial weights, pickling."""

import pickle

import pytest
import torch
from torch.nn.utils import prune

from skrnn.nn import Architecture, build_network
from skrnn.nn.layers import Dropout
from skrnn.nn.segments import cut_segments


def architecture(**changes):
    options = {"cells": ("gru",), "n_channels": 2, "n_outputs": 3, "hidden_size": 4, **changes}
    return Architecture(**options)


def values(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_segments_end_at_the_last_step():
    steps = torch.arange(1.0, 8).reshape(1, 7, 1)
    segments, lengths = cut_segments(steps, None, 3)
    assert segments[0].tolist() == [[0, 0, 1], [2, 3, 4], [5, 6, 7]]
    assert lengths is None


def test_ragged_segments_end_at_each_sequence_s_last_step():
    steps = torch.tensor([[1.0, 2, 3, 4, 5], [1, 2, 9, 9, 9]])[..., None]
    segments, lengths = cut_segments(steps, torch.tensor([5, 2]), 2)
    assert segments.tolist() == [[[0, 1], [2, 3], [4, 5]], [[1, 2], [0, 0], [0, 0]]]
    assert lengths.tolist() == [3, 1]


def test_segments_keep_channels_together():
    steps = torch.arange(8.0).reshape(1, 4, 2)
    assert cut_segments(steps, None, 2)[0].tolist() == [[[0, 1, 2, 3], [4, 5, 6, 7]]]


@pytest.mark.parametrize("cells", [("gru",), ("lstm", "gru"), ("rnn", "rnn_relu", "lstm")])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("segment_length", [1, 3])
def test_ragged_batch_is_like_each_sequence_alone(cells, bidirectional, segment_length):
    network = build_network(
        architecture(cells=cells, bidirectional=bidirectional, segment_length=segment_length), 0
    )
    x = values(3, 8, 2)
    lengths = torch.tensor([8, 1, 5])
    together = network(x, lengths)
    for i, n in enumerate(lengths):
        torch.testing.assert_close(network(x[i : i + 1, :n]), together[i : i + 1])


def test_weights_depend_on_the_seed_only():
    before = torch.get_rng_state()
    first, same, other = (build_network(architecture(), seed) for seed in (0, 0, 1))
    double = build_network(architecture(), 0, torch.float64)
    for a, b, c, d in zip(*(net.parameters() for net in (first, same, other, double))):
        assert torch.equal(a, b)
        assert torch.equal(a, d.float())
        assert a.numel() < 5 or not torch.equal(a, c) or not a.any()
    assert torch.equal(torch.get_rng_state(), before)


def test_every_weight_is_set():
    network = build_network(architecture(cells=("lstm", "gru"), segment_length=2), 0)
    for name, parameter in network.named_parameters():
        assert torch.isfinite(parameter).all(), name
        assert parameter.abs().max() < 10, name
        assert parameter.requires_grad


def test_pickle_keeps_weights_and_precision():
    network = build_network(architecture(dropout=0.2), 0, torch.float64)
    loaded = pickle.loads(pickle.dumps(network))
    x = values(3, 8, 2).double()
    assert torch.equal(loaded(x), network.eval()(x))
    assert all(parameter.requires_grad for parameter in loaded.parameters())


def test_dropout_keeps_the_mean_and_is_off_in_evaluation():
    dropout = Dropout(0.25)
    dropout.generator = torch.Generator().manual_seed(0)
    x = torch.ones(10000)
    assert dropout(x).mean().item() == pytest.approx(1, abs=0.03)
    assert dropout(x).unique().tolist() == pytest.approx([0, 4 / 3])
    assert torch.equal(dropout.eval()(x), x)


def test_multiply_adds_grow_with_every_size():
    base = architecture().multiply_adds(12)
    assert base == 12 * 3 * 4 * (4 + 2)
    assert architecture(bidirectional=True).multiply_adds(12) == 2 * base
    assert architecture(segment_length=3).multiply_adds(12) == 4 * 3 * 4 * (4 + 4)
    assert architecture(cells=("gru", "lstm")).multiply_adds(12) == base + 12 * 4 * 4 * (4 + 4)


@pytest.mark.parametrize("segment_length", [1, 4])
@pytest.mark.parametrize("lengths", [[7, 6], [6, 0], [6, -1], [6], [[6, 6]]])
def test_lengths_that_values_do_not_have_are_refused(segment_length, lengths):
    network = build_network(architecture(cells=("lstm",), segment_length=segment_length), 0)
    with pytest.raises(ValueError, match="Expected lengths .*, got"):
        network(torch.zeros(2, 6, 2), torch.tensor(lengths))


def test_a_sequence_without_a_batch_is_refused():
    network = build_network(architecture(), 0)
    with pytest.raises(ValueError, match=r"\(batch, steps, channels\), got .*unsqueeze\(0\)"):
        network(torch.zeros(6, 2))


def test_pruned_network_is_not_pickled_in_a_form_that_cannot_be_read_back():
    network = build_network(architecture(), seed=0)
    core = network.layers[0].core
    prune.l1_unstructured(core, "weight_hh_l0", 0.5)
    with pytest.raises(TypeError, match=r"weight_hh_l0_mask.*prune\.remove"):
        pickle.dumps(network)
    prune.remove(core, "weight_hh_l0")
    loaded = pickle.loads(pickle.dumps(network))
    torch.testing.assert_close(loaded.layers[0].core.weight_hh_l0, core.weight_hh_l0)
