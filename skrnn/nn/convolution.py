"""The convolutional branch beside the recurrent layers (LSTM-FCN)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .pooling import mean_over_steps

BLOCKS = ((128, 8), (256, 5), (128, 3))  # filters and lengths of the kernels
EPSILON = 1e-5  # added to variances, as everywhere in torch


class ConvolutionalBranch(nn.Module):
    """Three convolutions over the time steps, each normalised and rectified, and their mean.

    The fully convolutional network of Wang et al. [1]_, which Karim et al. [2]_ put beside an LSTM.
    Both normalise over the batch. Here `SequenceNorm` normalises each sequence by itself, so that
    training and prediction do the same, batches of one sequence train as well as any, a sample of
    weight two is like two samples, and no sequence's outputs depend on the others in its batch.

    Parameters
    ----------
    n_channels : int

    References
    ----------
    .. [1] Wang, Yan and Oates, "Time series classification from scratch with deep neural networks:
           a strong baseline", IJCNN 2017.
    .. [2] Karim, Majumdar, Darabi and Chen, "LSTM fully convolutional networks for time series
           classification", IEEE Access 6, 2018.
    """

    def __init__(self, n_channels: int):
        super().__init__()
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        for n_filters, length in BLOCKS:
            self.convolutions.append(nn.Conv1d(n_channels, n_filters, length))
            self.norms.append(SequenceNorm(n_filters))
            n_channels = n_filters

    @property
    def output_size(self) -> int:
        return BLOCKS[-1][0]

    @staticmethod
    def multiply_adds(n_channels: int) -> int:
        """Multiply-adds for one time step, forward."""
        total = 0
        for n_filters, length in BLOCKS:
            total += n_channels * n_filters * length
            n_channels = n_filters
        return total

    def forward(self, values: Tensor, lengths: Tensor | None) -> Tensor:
        """Mean of the maps over the valid steps, of shape (batch, output_size)."""
        return mean_over_steps(self.maps(values, lengths).transpose(0, 1), lengths)

    def maps(self, values: Tensor, lengths: Tensor | None) -> Tensor:
        """What the convolutions find at each step.

        A step's maps depend on the steps around it, and on all others of its sequence through the
        normalisation.

        Parameters
        ----------
        values : Tensor of shape (batch, steps, channels)
        lengths : Tensor of shape (batch,), or None

        Returns
        -------
        Tensor of shape (batch, steps, output_size)
        """
        x = values.transpose(1, 2)  # (batch, channels, steps)
        valid = None
        if lengths is not None:
            steps = torch.arange(x.shape[2], device=x.device)
            valid = (steps < lengths.to(x.device)[:, None])[:, None]
        for convolution, norm in zip(self.convolutions, self.norms):
            if valid is not None:
                x = torch.where(valid, x, 0.0)  # what every convolution sees beyond an end
            length = convolution.kernel_size[0]
            x = convolution(functional.pad(x, ((length - 1) // 2, length // 2)))
            x = torch.relu(norm(x, valid))
        return x.transpose(1, 2)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """He's weights for rectified outputs, zero biases."""
        for convolution, norm in zip(self.convolutions, self.norms):
            nn.init.kaiming_uniform_(convolution.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(convolution.bias)
            norm.reset_parameters()


class SequenceNorm(nn.GroupNorm):
    """Mean zero and variance one over all channels and valid steps of each sequence.

    Layer normalisation of a whole map (Ba et al. [1]_; group normalisation with one group). Over
    the channels of single steps it would take the size of the input away, and over the steps of
    single channels their means, which are what the branch hands on.

    Parameters
    ----------
    n_channels : int

    References
    ----------
    .. [1] Ba, Kiros and Hinton, "Layer normalization", 2016.
    """

    def __init__(self, n_channels: int):
        super().__init__(1, n_channels, eps=EPSILON)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """Normalise maps.

        Parameters
        ----------
        x : Tensor of shape (batch, channels, steps)
        valid : Tensor of shape (batch, 1, steps), or None
            Where a sequence has steps.
        """
        if valid is None:
            return super().forward(x)
        count = valid.sum(dim=(1, 2), keepdim=True) * x.shape[1]
        mean = torch.where(valid, x, 0.0).sum(dim=(1, 2), keepdim=True) / count
        centred = torch.where(valid, x - mean, 0.0)
        variance = centred.square().sum(dim=(1, 2), keepdim=True) / count
        return centred * (variance + self.eps).rsqrt() * self.weight[:, None] + self.bias[:, None]
