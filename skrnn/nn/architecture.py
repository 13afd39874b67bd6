"""Architecture: all that is needed to build a network, apart from its weights."""

from dataclasses import dataclass

from .cells import CELLS
from .convolution import ConvolutionalBranch


@dataclass(frozen=True)
class Architecture:
    """All that is needed to build a network, apart from its weights.

    Attributes
    ----------
    cells : tuple of str
        The cell of each layer, from the input up.
    n_channels : int
    n_outputs : int
    hidden_size : int
        Units of each layer, in each direction.
    bidirectional : bool
    dropout : float
        Probability of dropping a unit, between layers and before the read-out.
    segment_length : int
        Time steps in one recurrent step.
    decay : bool
        The channels are last observations, masks and times since the previous observation, a third
        each; the inputs and the state of the first layer decay with these times. Between segments,
        the state decays with the times of a segment's first step.
    pooling : {"last", "mean", "max", "concat", "attention"}
        How the outputs of the last layer at all steps become one vector; "concat" joins the last
        output, the maximum and the mean. Has no effect with ``per_step``.
    conv : bool
        Add a convolutional branch, which reads single time steps whatever the segments.
    dropout_beside_conv : float
        Probability of dropping a unit of what is read from the recurrent layers, with ``conv``.
    layer_norm : bool
        Normalise the outputs of each recurrent layer over its units.
    variational_dropout : float
        Probability of dropping an input of a recurrent layer, the same at all steps of a sequence.
    per_step : bool
        Outputs for each time step, instead of one row of outputs for each sequence.

    Raises
    ------
    ValueError
        If ``decay`` and ``bidirectional`` are combined.
    """

    cells: tuple[str, ...]
    n_channels: int
    n_outputs: int
    hidden_size: int
    bidirectional: bool = False
    dropout: float = 0.0
    segment_length: int = 1
    decay: bool = False
    pooling: str = "last"
    conv: bool = False
    dropout_beside_conv: float = 0.0
    layer_norm: bool = False
    variational_dropout: float = 0.0
    per_step: bool = False

    def __post_init__(self):
        if self.decay and self.bidirectional:
            raise ValueError(
                "bidirectional=True cannot be combined with decay (missing='decay'): times since "
                "the last observation mean nothing to the reverse direction. Use missing='mask', "
                "or bidirectional=False."
            )

    def multiply_adds(self, n_timesteps: int) -> float:
        """Multiply-adds for one sequence, forward; of the read-out only where it is per step.

        Parameters
        ----------
        n_timesteps : int

        Returns
        -------
        float
        """
        n_steps = -(-n_timesteps // self.segment_length)
        n_directions = 2 if self.bidirectional else 1
        width = self.n_channels if self.segment_length == 1 else self.hidden_size
        total = 0
        for cell in self.cells:
            total += CELLS[cell].n_gates * self.hidden_size * (self.hidden_size + width)
            width = self.hidden_size * n_directions
        total *= n_steps * n_directions
        if self.per_step:
            total += n_steps * width * self.segment_length * self.n_outputs
        if self.conv:
            total += n_timesteps * ConvolutionalBranch.multiply_adds(self.n_channels)
        return float(total)
