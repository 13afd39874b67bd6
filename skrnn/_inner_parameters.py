"""Parameters of the estimators that a pipeline, a search or an ensemble is made of."""


def steps_of(estimator) -> list:
    """The estimator, or the steps of the pipeline that it is or that a search has found."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not hasattr(estimator, "steps"):
        return [estimator]
    return [inner for _, step in estimator.steps for inner in steps_of(step)]


def given_values(estimator, name: str) -> list:
    """What a parameter of some name is, wherever in the estimator it is given and not None."""
    parameters = [
        parameter
        for step in steps_of(estimator)
        if hasattr(step, "get_params")
        for parameter in step.get_params().items()
    ]
    return [value for key, value in parameters if key.split("__")[-1] == name and value is not None]
