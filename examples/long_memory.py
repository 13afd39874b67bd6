"""Remember over 100 steps: the adding problem, where LSTM and GRU succeed and a plain RNN fails.

Each sequence has two channels: uniform random numbers, and a marker that is one at two steps, one
in each half, and zero elsewhere. The target is the sum of the two marked numbers. The data are
generated here, after Hochreiter and Schmidhuber, "Long short-term memory", 1997. A model without
memory can do no better than predict the mean, 1, with a mean squared error of 1/6 = 0.167. All
three networks have the same settings.
"""

import time

import numpy as np
from sklearn.metrics import mean_squared_error

from skrnn import GRURegressor, LSTMRegressor, RNNRegressor

REGRESSORS = {"rnn": RNNRegressor, "lstm": LSTMRegressor, "gru": GRURegressor}
N_STEPS = 100


def make_adding_problem(n_samples, rng):
    """Sequences of shape (n_samples, 100, 2), and the sums of their marked numbers."""
    numbers = rng.random((n_samples, N_STEPS))
    markers = np.zeros((n_samples, N_STEPS))
    rows = np.arange(n_samples)
    markers[rows, rng.integers(0, N_STEPS // 2, n_samples)] = 1
    markers[rows, rng.integers(N_STEPS // 2, N_STEPS, n_samples)] = 1
    return np.stack([numbers, markers], axis=2), (numbers * markers).sum(axis=1)


def main(cells=("rnn", "lstm", "gru"), random_state=0):
    """Print and return the mean squared error of each cell on new sequences."""
    rng = np.random.default_rng(random_state)
    X_train, y_train = make_adding_problem(2000, rng)
    X_test, y_test = make_adding_problem(1000, rng)

    errors = {}
    print(f"{'cell':<6}{'test MSE':>10}{'seconds':>9}")
    for cell in cells:
        model = REGRESSORS[cell](
            hidden_size=32,
            lr=0.02,
            max_epochs=12,
            batch_size=32,
            pooling="last",  # what is read must have come all the way to the last step
            segment_length=1,
            random_state=random_state,
        )
        start = time.perf_counter()
        model.fit(X_train, y_train)
        seconds = time.perf_counter() - start
        errors[cell] = mean_squared_error(y_test, model.predict(X_test))
        print(f"{cell:<6}{errors[cell]:>10.5f}{seconds:>9.1f}")
    print(f"{'mean':<6}{mean_squared_error(y_test, np.full(len(y_test), y_train.mean())):>10.5f}")
    return errors


if __name__ == "__main__":
    main()
