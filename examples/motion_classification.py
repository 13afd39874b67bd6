"""Recognise activities from a smart watch: LSTM, GRU, and recordings of any length.

Each sample is a recording of 100 steps in six channels (accelerometer and gyroscope) of somebody
standing, walking, running or playing badminton. The data are "BasicMotions" of the UEA archive;
they ship with sktime. The same networks are then cross-validated on the recordings cut to random
lengths, passed as a list of arrays: nothing is padded by hand.
"""

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sktime.datasets import load_basic_motions

from skrnn import GRUClassifier, LSTMClassifier

# Four steps of a recording make one step of the network: faster, and less to remember.
SETTINGS = {"hidden_size": 32, "segment_length": 4, "max_epochs": 30, "random_state": 0}
MODELS = {
    "LSTM": LSTMClassifier(**SETTINGS),
    "GRU": GRUClassifier(**SETTINGS),
    "bidirectional GRU": GRUClassifier(bidirectional=True, **SETTINGS),
}


def cut(recordings, random_state):
    """Keep the first 30 to 100 steps of each recording."""
    lengths = np.random.default_rng(random_state).integers(30, 101, len(recordings))
    return [recording[:n] for recording, n in zip(recordings, lengths)]


def main():
    """Print and return the accuracy of each model, on whole and on cut recordings."""
    X, y = load_basic_motions(return_type="numpy3D")
    X = X.transpose(0, 2, 1)  # sktime's numpy3D is (n_samples, n_channels, n_timesteps)
    ragged = cut(X, random_state=0)
    print(f"{len(X)} recordings, {X.shape[1]} steps, {X.shape[2]} channels")
    print(f"cut to {min(map(len, ragged))}-{max(map(len, ragged))} steps in the second column\n")

    folds = StratifiedKFold(4, shuffle=True, random_state=0)
    accuracies = {}
    print(f"{'accuracy':<20}{'whole':>8}{'cut':>8}")
    for name, model in MODELS.items():
        whole = cross_val_score(model, X, y, cv=folds).mean()
        short = cross_val_score(model, ragged, y, cv=folds).mean()
        accuracies[name] = {"whole": whole, "cut": short}
        print(f"{name:<20}{whole:>8.3f}{short:>8.3f}")
    return accuracies


if __name__ == "__main__":
    main()
