"""Sections that the docstrings of all estimators have."""

PARAMETERS = """
hidden_size : int, default=64
    Units of each recurrent layer, in each direction.
num_layers : int, default=1
    Number of stacked recurrent layers.
bidirectional : bool, default=False
    Read each sequence in both directions. Doubles the parameters.
dropout : float in [0, 1) or "auto", default={dropout}
    Probability of dropping a unit between layers and before the read-out, in training only.
    "auto" drops none, except that classifiers with ``conv`` drop 0.8 of what is read from the
    recurrent layers, as LSTM-FCN does [6]_, so that the convolutions train as if alone.
segment_length : int or "auto", default={segment_length}
    Time steps that make one recurrent step. Longer segments are faster and reach further back;
    "auto" aims at 50 recurrent steps.
n_channels : int or None, default=None
    Channels of 2D input, whose rows then hold ``n_timesteps * n_channels`` numbers, all channels of
    the first step first. None means one for 2D input; the shape of other input gives its channels.
missing : {{"error", "mask", "decay"}}, default="error"
    What to do with missing values (NaN). "error" refuses them. The other two replace them by the
    channel's last observation, or before the first by its mean, and tell the network at each step
    which channels were observed. "mask" also gives it the time since each channel's last
    observation [4]_. "decay" is GRU-D [5]_, for any cell: with that time, last observations fade
    towards the mean, and the state (and memory) of the first layer fades too, at trained rates; not
    with ``bidirectional=True``. Statistics are those of observed values. A channel without
    observations in the training data is ignored, with a warning. With ``standardize=False``,
    channels are still centred, so that zero is the mean.
time_channel : int, str or None, default=None
    Channel of X that holds the times of the time steps: its position, or its name in a panel with
    named columns. It is removed from the values. It does the same as the keyword ``times``, but
    also works where only X can be passed on, as in cross-validation.
differences : bool or "auto", default="auto"
    Also read the change of each channel since the previous step (since its last observation),
    scaled separately, as in speech recognition [9]_: small changes beside a large level then count
    as well. "auto" does so for channels whose changes persist for more than one step (correlation
    of successive changes above 0.1), as for smooth curves but not for noise; True for all.
{read_out}
layer_norm : bool, default=False
    Normalise the outputs of each recurrent layer [7]_ at each step. The gates inside the cell are
    not normalised.
variational_dropout : float in [0, 1), default=0.0
    Probability of dropping an input of a recurrent layer, in training only; the same inputs are
    dropped at all steps of a sequence [8]_. The state between steps is not dropped.
max_epochs : int or "auto", default={max_epochs}
    Passes over the training data. "auto" is 60 or, for few sequences, as many as it takes for 300
    training steps (1,200 with ``conv``).
batch_size : int or "auto", default={batch_size}
    Sequences in one training step. "auto" is 32, or 16 with ``conv`` and more than 1,000 numbers in
    the data. Data of up to 2,000 numbers (1,000 with ``conv``) that fit in one batch are trained in
    double precision.
lr : float or "auto", default={lr}
    Highest learning rate. "auto" is 0.01, or 0.001 with ``conv``. It rises to this value over the
    first tenth of the training steps, then falls to zero along a cosine [2]_; `partial_fit` keeps
    it constant.
weight_decay : float, default={weight_decay}
    Weight decay at each step, multiplied by the learning rate (AdamW [3]_).
gradient_clip : float or None, default=1.0
    Largest gradient norm of a step.
early_stopping : bool, default=False
    Hold out part of the training data, stop when the loss on it has not improved for
    ``n_iter_no_change`` epochs, and restore the best weights.
validation_fraction : float in (0, 1), default=0.1
    Share of the training data held out by early stopping: samples drawn at random (by classifiers,
    stratified by class), and with `warm_start` the same ones in each `fit` to the same data.
    Overlapping samples, such as windows of one series, end up on both sides, and the held-out loss
    is then too low; choose ``max_epochs`` by cross-validation in time order instead.
n_iter_no_change : int, default=10
    Epochs without improvement before early stopping.
standardize : bool, default=True
    Scale {standardized} to mean zero and variance one, in double precision. The statistics are
    those of the (weighted) training part; `partial_fit` and `warm_start` keep the first ones.
    Values of X, scaled or not, are then clipped to 1e12 in size.
{specific}
warm_start : bool, default=False
    Start `fit` from the weights of the previous `fit`. The optimiser's state and the learning-rate
    cycle start anew.
callbacks : list of skorch callbacks or None, default=None
    Passed to the skorch net. Without any, a faster loop over the batches gives the same weights. A
    learning-rate scheduler among them replaces the built-in one. EarlyStopping, Checkpoint,
    LRScheduler, ProgressBar, EpochTimer, Freezer and similar callbacks work; they can monitor
    "train_loss" and, with ``early_stopping``, "valid_loss". Scoring callbacks are refused, since
    the net sees tensors and encoded targets. What Freezer freezes is trained again in the next
    call.
device : str, default="auto"
    Torch device. "auto" takes CUDA, then MPS, then the CPU, and the CPU for small work.
random_state : int, RandomState instance or None, default=None
    Seed of the weights, the order of the batches, dropout and the held-out part. None draws a new
    seed from the operating system; NumPy's and torch's global generators are never used.
verbose : int, default=0
    1 shows a progress bar with the loss.
"""

CONV = """
conv : bool, default=False
    Put a convolutional branch beside the recurrent layers, as in LSTM-FCN [6]_: three convolutions
    over the time steps, with 128, 256 and 128 filters of the lengths 8, 5 and 3.
    {maps}
    The branch reads single steps whatever ``segment_length``. It uses layer normalisation [7]_ over
    all filters and valid steps of a sequence; the paper's batch normalisation would make a
    sequence's outputs depend on the others in its batch. The branch costs many times what the
    recurrent layers do.
"""

ATTRIBUTES = """
net_ : skorch.NeuralNet
    The trained net; ``net_.module_`` is the torch module.
{specific}
n_channels_ : int
    Channels of the input, including that of the times (``time_channel``).
n_features_in_ : int
    Columns of 2D input; channels of all other input.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Columns of a DataFrame that has only strings as names.
n_iter_ : int
    Epochs trained.
loss_curve_ : list of float
    Mean training loss of each epoch.
validation_scores_ : list of float or None
    Minus the mean loss on the held-out part after each epoch, so that higher is better; None
    without early stopping.
n_parameters_ : int
    Trainable parameters.
interrupted_ : bool
    Whether Ctrl-C ended the training.
"""

INPUT = """
Input is one of

- an array of shape (n_samples, n_timesteps, n_channels),
- a table of shape (n_samples, n_timesteps * n_channels), such as a DataFrame,
- a list of arrays of shape (n_timesteps_i, n_channels) or (n_timesteps_i,): sequences of
  different lengths,
- a panel of sktime or aeon: a DataFrame with a MultiIndex, a DataFrame of Series, or a list of
  DataFrames.

If a MultiIndex names the sequences, a Series of targets or weights with the same names must have
them in the same order. A 3D array is never read as sktime's ``numpy3D``, which is
(n_samples, n_channels, n_timesteps).
"""

TIMES = """
Times of the time steps (``times`` or ``time_channel``) are numbers or dates that do not decrease
within a sequence. They are counted in typical (median) steps of the training data, so that their
unit and origin do not matter, and enter as log2(1 + time), so that no gap is too long. The network
reads the time since each channel's last observation or, with ``missing="error"``, the time since
the previous step. Panels indexed by dates supply their times, unless ``missing="error"``.
"""

SEE_ALSO = """
Recurrent{kind} : Any cells, including different ones in different layers.
GRU{kind}, LSTM{kind}, RNN{kind} : One kind of cell.
"""

CELLS = """
cells : {"gru", "lstm", "rnn", "rnn_relu"} or tuple of them, default="gru"
    The cell of all layers, or one for each layer from the input up.
"""

CELL_REFERENCES = {
    "RNN": 'Elman, "Finding structure in time", Cognitive Science 14, 1990.',
    "LSTM": 'Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.',
    "GRU": """Cho et al., "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP 2014.""",
}

REFERENCES = """
.. [1] {cell}
.. [2] Smith and Topin, "Super-convergence: very fast training of neural networks using large
       learning rates", 2018.
.. [3] Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
.. [4] Lipton, Kale and Wetzel, "Directly modeling missing data in sequences with RNNs: improved
       classification of clinical time series", MLHC 2016.
.. [5] Che, Purushotham, Cho, Sontag and Liu, "Recurrent neural networks for multivariate time
       series with missing values", Scientific Reports 8, 2018.
.. [6] Karim, Majumdar, Darabi and Chen, "LSTM fully convolutional networks for time series
       classification", IEEE Access 6, 2018.
.. [7] Ba, Kiros and Hinton, "Layer normalization", 2016.
.. [8] Gal and Ghahramani, "A theoretically grounded application of dropout in recurrent neural
       networks", NIPS 2016.
.. [9] Furui, "Speaker-independent isolated word recognition using dynamic features of speech
       spectrum", IEEE Transactions on Acoustics, Speech, and Signal Processing 34, 1986.
"""
