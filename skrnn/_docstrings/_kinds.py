"""What the docstrings of each kind of estimator say that others do not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Texts of one kind of estimator.

    Attributes
    ----------
    standardized : str
        What ``standardize`` scales.
    pooling, maps : str
        What is read from the recurrent layers, and from the convolutions, of all steps.
    parameters, attributes : str
        Those that only this kind has.
    targets : str
        Forms of y, and what an output may depend on.
    references : str
    """

    standardized: str
    pooling: str
    maps: str
    parameters: str
    attributes: str
    targets: str = ""
    references: str = ""


POOLING = """
pooling : {{"last", "mean", "max", "concat", "attention"}}, default={pooling}
    What is read from the last recurrent layer: its output at the last valid step, or the mean, the
    maximum of each unit, or a weighted mean of its outputs over all valid steps. "concat" joins the
    first three [12]_. The weights of "attention" come from comparing each output with a learnt
    query [10]_ [11]_. If everything depends on the end of a sequence, "last" is best; if a signal
    may be anywhere, the others are.
"""

POOLED_MAPS = "What they find is read as its mean over the valid steps."

POOLED_REFERENCES = """
.. [10] Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and
       translate", ICLR 2015.
.. [11] Yang, Yang, Dyer, He, Smola and Hovy, "Hierarchical attention networks for document
       classification", NAACL 2016.
.. [12] Howard and Ruder, "Universal language model fine-tuning for text classification", ACL 2018
       ("concat pooling").
"""

LOSS = """
loss : {"squared_error", "absolute_error", "huber"}, default="squared_error"
    Training loss, on the standardised target. "huber" is squared for errors up to one standard
    deviation, and absolute beyond.
"""

MAPS_OF_STEPS = """What they find is read at each step. It tells of seven later steps and, by the
    normalisation, of the whole sequence."""

TARGETS_OF_STEPS = """
Targets have one of these forms, whatever the form of X:

- an array, DataFrame or list of lists of shape (n_samples, n_timesteps){columns},
- a list with an array or Series for each sequence, of shape (n_timesteps_i,){columns_of_list},
- a panel, with the sequences in the same order as in X.

Each sequence must have one target per time step. Predictions are an array where X is an array or a
table, and a list of arrays where X is a list of arrays or a panel. Each time step counts alike in
the loss, the score and all statistics, whatever the length of its sequence; padding never counts.

With ``bidirectional=False``, the output at a time step depends on nothing after it. There are two
exceptions: with ``segment_length`` above one, it depends on its whole segment, and segments are
counted from the end of a sequence; with ``conv=True`` it depends on the whole sequence.
"""

KINDS = {
    "Classifier": Kind(
        standardized="each channel",
        pooling=POOLING,
        maps=POOLED_MAPS,
        parameters="""
class_weight : dict, "balanced", list of dict or None, default=None
    Weights of the classes, as everywhere in scikit-learn; a class that a dict does not name has
    weight one, and a list has one item for each label of a multilabel target. "balanced" counts
    the (weighted) samples of each class in the training part; `warm_start` keeps the first counts.
""",
        attributes="""
classes_ : ndarray of shape (n_classes,)
    The class labels, or the numbers of the labels of a multilabel target.
""",
        references=POOLED_REFERENCES,
    ),
    "Regressor": Kind(
        standardized="each channel and each target",
        pooling=POOLING,
        maps=POOLED_MAPS,
        parameters=LOSS,
        attributes="""
n_outputs_ : int
    Columns of the target.
""",
        references=POOLED_REFERENCES,
    ),
    "Tagger": Kind(
        standardized="each channel",
        pooling="",
        maps=MAPS_OF_STEPS,
        parameters="""
class_weight : dict, "balanced" or None, default=None
    Weights of the classes, as everywhere in scikit-learn; a class that a dict does not name has
    weight one. "balanced" counts the time steps of each class. `warm_start` keeps the first counts.
""",
        attributes="""
classes_ : ndarray of shape (n_classes,)
    The class labels.
""",
        targets=TARGETS_OF_STEPS.format(columns="", columns_of_list=""),
    ),
    "SequenceRegressor": Kind(
        standardized="each channel and each target",
        pooling="",
        maps=MAPS_OF_STEPS,
        parameters=LOSS,
        attributes="""
n_outputs_ : int
    Columns of the target at each time step.
""",
        targets=TARGETS_OF_STEPS.format(
            columns=" or\n  (n_samples, n_timesteps, n_outputs)",
            columns_of_list=" or\n  (n_timesteps_i, n_outputs)",
        ),
    ),
}
