"""Which stage is the machine in? A label for each moment of a program, while it runs or afterwards.

A washing machine's power and water level are read every fifteen seconds. Each program washes,
rinses twice and spins, and the stages vary in length. The drum fills, turns and drains alike in
both rinses: telling them apart requires remembering what came before. A tagger reads a program from
its start and labels each moment at once. With ``bidirectional=True`` it reads the end as well,
which suits finished recordings. Boosting gets a window of the last four minutes, once also with the
time since the start. The data are simulated, so that the labels are known.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from skrnn import GRUTagger
from skrnn.preprocessing import SlidingWindow

STAGES = ("wash", "rinse 1", "rinse 2", "spin")
WINDOW = 16  # readings: four minutes


def simulate_stage(stage, rng):
    """Power in kW and water level, of shape (n_readings, 2), in one stage of a program."""
    if stage == "spin":
        return np.tile([0.6, 0.0], (rng.integers(15, 40), 1))
    fill, turn, drain = rng.integers([4, 20, 4], [12, 60, 12])
    heat = rng.integers(5, 20) if stage == "wash" else 0
    power = np.repeat([0.05, 2.0, 0.25, 0.1], [fill, heat, turn, drain])
    level = np.r_[np.linspace(0, 1, fill), np.ones(heat + turn), np.linspace(1, 0, drain)]
    return np.stack([power, level], axis=1)


def simulate_programs(n_programs, random_state):
    """Readings of programs of different lengths, and the stage at each of them."""
    rng = np.random.default_rng(random_state)
    programs, stages = [], []
    for _ in range(n_programs):
        parts = [simulate_stage(stage, rng) for stage in STAGES]
        readings = np.concatenate(parts)
        programs.append(readings + rng.normal(scale=[0.1, 0.05], size=readings.shape))
        stages.append(np.repeat(STAGES, [len(part) for part in parts]))
    return programs, stages


def as_rows(programs, with_time):
    """A row for each reading: the last ones before it, and the time since the start."""
    rows = [SlidingWindow(WINDOW).fit_transform(program) for program in programs]
    rows = np.concatenate(rows).reshape(-1, 2 * WINDOW)
    times = np.concatenate([np.arange(len(program)) for program in programs])
    return np.column_stack([rows, times]) if with_time else rows


def boosting_accuracy(train, test, with_time):
    """Accuracy of gradient boosting, which takes one reading at a time."""
    model = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    model.fit(as_rows(train[0], with_time), np.concatenate(train[1]))
    return model.score(as_rows(test[0], with_time), np.concatenate(test[1]))


def show_program(program, truth, labels):
    """Print when each stage began, and when the tagger said so."""
    print(f"\n{'one program, in minutes':<34}{'began':>8}{'seen':>8}")
    for stage in STAGES[1:]:
        began, seen = (np.argmax(of_steps == stage) / 4 for of_steps in (truth, labels))
        print(f"{stage:<34}{began:>8.1f}{seen:>8.1f}")


def main(n_programs=150, random_state=0):
    """Print and return the accuracy of each model on other programs."""
    train = simulate_programs(n_programs, random_state)
    test = simulate_programs(100, random_state + 1)
    print(
        f"{n_programs} programs of {min(map(len, train[0]))} to {max(map(len, train[0]))} steps\n"
    )

    settings = {"hidden_size": 32, "batch_size": 16, "max_epochs": 20, "random_state": random_state}
    tagger = GRUTagger(**settings).fit(*train)
    both_ways = GRUTagger(bidirectional=True, **settings).fit(*train)
    accuracies = {
        "boosting, window": boosting_accuracy(train, test, with_time=False),
        "boosting, window and time": boosting_accuracy(train, test, with_time=True),
        "GRU, while the program runs": tagger.score(*test),
        "GRU, afterwards": both_ways.score(*test),
    }
    for name, accuracy in accuracies.items():
        print(f"{name:<34}{accuracy:>8.3f}")
    show_program(test[0][0], test[1][0], tagger.predict(test[0][:1])[0])
    return accuracies


if __name__ == "__main__":
    main()
