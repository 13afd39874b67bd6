"""LSTM or GRU, or neither? Networks beside simpler classifiers on recordings of any length.

The data are "BasicMotions" of the UEA archive, which ship with sktime: 80 recordings of a smart
watch in six channels, cut to random lengths here. All classifiers see the same splits. The logistic
regression gets each recording resampled to one length and flattened; the networks take it as it is.
The verdict names the simpler model unless a network is significantly better.
"""

import numpy as np
from sktime.datasets import load_basic_motions

from skrnn import GRUClassifier, LSTMClassifier
from skrnn.comparison import ESTIMATORS, compare_estimators

# Four steps of a recording make one step of the network: faster, and less to remember.
SETTINGS = {"hidden_size": 32, "segment_length": 4, "max_epochs": 30, "random_state": 0}


def load_recordings(random_state):
    """Keep the first 30 to 100 steps of each recording."""
    X, y = load_basic_motions(return_type="numpy3D")
    X = X.transpose(0, 2, 1)  # sktime's numpy3D is (n_samples, n_channels, n_timesteps)
    lengths = np.random.default_rng(random_state).integers(30, 101, len(X))
    return [recording[:n] for recording, n in zip(X, lengths)], y


def main(memory=True):
    """Print and return the comparison."""
    X, y = load_recordings(random_state=0)
    estimators = {name: ESTIMATORS["classification"][name](0) for name in ("dummy", "logistic")}
    estimators["lstm"] = LSTMClassifier(**SETTINGS)
    estimators["gru"] = GRUClassifier(**SETTINGS)
    comparison = compare_estimators(X, y, estimators=estimators, memory=memory, verbose=0)
    print(comparison)
    print("\nEach against", comparison.significance.reference)
    print(comparison.significance.pairs.round(3).to_string(index=False))
    return comparison


if __name__ == "__main__":
    main()
