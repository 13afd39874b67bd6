"""Segments: several time steps of a sequence as one recurrent step."""

import torch
from torch import Tensor
from torch.nn import functional


def cut_segments(
    values: Tensor, lengths: Tensor | None, segment_length: int
) -> tuple[Tensor, Tensor | None]:
    """Cut sequences into segments that end at each sequence's last valid step.

    The first segment of a sequence is filled with zeros (the mean of standardised values) at its
    start, so that the last one, from which the read-out is taken, is always complete.

    Parameters
    ----------
    values : Tensor of shape (batch, steps, channels)
    lengths : Tensor of shape (batch,), or None
    segment_length : int

    Returns
    -------
    segments : Tensor of shape (batch, ceil(steps / segment_length), segment_length * channels)
    lengths : Tensor of shape (batch,), or None
        Valid segments of each sequence.

    References
    ----------
    .. [1] Lin et al., "SegRNN: segment recurrent neural network for long-term time series
           forecasting", 2023.
    """
    batch, n_steps, n_channels = values.shape
    n_segments = -(-n_steps // segment_length)
    padded = n_segments * segment_length
    if lengths is None:
        values = functional.pad(values, (0, 0, padded - n_steps, 0))
    else:
        shift = (-lengths) % segment_length  # (batch,)
        source = torch.arange(padded, device=values.device) - shift[:, None]  # (batch, padded)
        valid = (source >= 0) & (source < lengths[:, None])
        index = source.clamp(0, n_steps - 1)[..., None].expand(-1, -1, n_channels)
        values = torch.where(valid[..., None], values.gather(1, index), 0.0)
        lengths = -(-lengths // segment_length)
    return values.reshape(batch, n_segments, segment_length * n_channels), lengths


def join_segments(
    segments: Tensor, lengths: Tensor | None, segment_length: int, n_steps: int
) -> Tensor:
    """Undo `cut_segments`: time steps from segments, without what filled the first of them.

    Parameters
    ----------
    segments : Tensor of shape (batch, ceil(n_steps / segment_length), segment_length * channels)
    lengths : Tensor of shape (batch,), or None
        Valid steps of each sequence.
    segment_length : int
    n_steps : int
        Steps of the longest sequence.

    Returns
    -------
    Tensor of shape (batch, n_steps, channels)
        Its values beyond the valid steps have no meaning.
    """
    padded = segments.shape[1] * segment_length
    steps = segments.reshape(len(segments), padded, -1)
    if lengths is None or segment_length == 1:
        return steps[:, padded - n_steps :]
    shift = (-lengths) % segment_length  # (batch,)
    source = torch.arange(n_steps, device=steps.device) + shift[:, None]  # (batch, n_steps)
    index = source.clamp(max=padded - 1)[..., None].expand(-1, -1, steps.shape[2])
    return steps.gather(1, index)
