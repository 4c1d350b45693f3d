"""What training has come to: what was recorded, and all it needs to go on."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ae_course.checks import as_number, check_integer
from ae_course.objective import Evaluated
from ae_course.parameters import Parameters


@dataclass(frozen=True)
class History:
    """What was recorded during training.

    Attributes
    ----------
    objective : list of float
        J of each epoch, as the mean over its batches, each computed before its own step; from
        :func:`~ae_course.full_batch.minimize`, J of each evaluation of the gradient.
    metrics : dict of str to list of float
        What each metric gave before the first epoch and after every epoch; from
        :func:`~ae_course.full_batch.minimize`, after every iteration.
    passes : list of float
        What each entry of the metrics had cost by then, in passes over the data
        (:eq:`eq-passes`): an epoch is one, and so is an evaluation of the full gradient.
    stopped : str or None
        Why training stopped, if it was not because all epochs were done.
    """

    objective: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    passes: list[float] = field(default_factory=list)
    stopped: str | None = None

    def record(self, passes: float, metrics: Mapping[str, float], objective=()) -> "History":
        """The same with one entry more everywhere; this one stays."""
        found = {name: as_number(x, f"the metric {name!r}") for name, x in metrics.items()}
        grown = {name: [*self.metrics.get(name, []), x] for name, x in found.items()}
        return History(
            [*self.objective, *map(float, objective)], grown, [*self.passes, float(passes)]
        )


@dataclass(frozen=True, eq=False)
class TrainingState:
    """All that training needs to go on as if it had never stopped.

    :func:`~ae_course.training.train` returns it and takes it back.

    Attributes
    ----------
    params : Parameters
        As they were after the last complete epoch.
    objective : Objective
        With the state of its terms, such as the running estimate of a sparse penalty.
    optimizer : dict
        The state of the optimiser.
    generator : dict
        The state of the random numbers.
    history : History
        Of all epochs so far.
    best : Parameters or None
        Those with the least value of the metric by which training is to stop early.

    Examples
    --------
    >>> from ae_course import Autoencoder, reconstruction, squared_error, train
    >>> net, E = Autoencoder.folded(4, 2), reconstruction(squared_error)
    >>> rng = np.random.default_rng(0)
    >>> params, history, state = train(net, E, net.init(rng), np.eye(4), epochs=2, rng=rng)
    >>> isinstance(state, TrainingState), isinstance(history, History)
    (True, True)
    >>> state.epochs, len(history.objective), len(state.history.objective)
    (2, 2, 2)
    """

    params: Parameters
    objective: Evaluated
    optimizer: dict
    generator: dict
    history: History
    best: Parameters | None = None

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.history.passes) - 1

    def stop(self, reason: str) -> "TrainingState":
        """The same, with the reason why training stopped, unless there is one already."""
        return replace(self, history=replace(self.history, stopped=self.history.stopped or reason))

    def restored(self, optimizer, rng: np.random.Generator) -> dict:
        """The state of the optimiser, copied; and rng becomes what it was.

        Raises
        ------
        ValueError
            The state is that of another optimiser, or of another kind of generator.
        """
        fresh = optimizer.init(self.params.vector)
        found, wanted = (
            {k: np.shape(x) for k, x in kept(s).items()} for s in (self.optimizer, fresh)
        )
        if found != wanted:
            raise ValueError(f"the optimizer's state holds {found}, {optimizer} wants {wanted}")
        kind, given = self.generator["bit_generator"], rng.bit_generator.state["bit_generator"]
        if kind != given:
            raise ValueError(f"the state's random numbers are those of {kind}, rng is a {given}")
        rng.bit_generator.state = self.generator
        return fresh | kept(self.optimizer)


INTERRUPTED = "interrupted from the keyboard"
"""What a history says of training that was."""


def check_state(state, objective, params, metrics) -> None:
    """Raise unless training with these arguments can go on from the state.

    TypeError if it is no TrainingState, ValueError if it is that of another training.
    """
    if not isinstance(state, TrainingState):
        raise TypeError(f"the state is {state!r}, wanted the TrainingState that train returned")
    check_parameters(state, params)
    if _kinds(objective) != _kinds(state.objective):
        raise ValueError(f"the state is of {state.objective!r}, the objective is {objective!r}")
    if list(metrics) != list(state.history.metrics):
        raise ValueError(
            f"the metrics are {list(metrics)}, the state has {list(state.history.metrics)}"
        )


def check_parameters(state: TrainingState, params: Parameters) -> None:
    """Raise ValueError unless the parameters are the last of a training, or its best."""
    known = [p.vector for p in (state.params, state.best) if p is not None]
    if not any(np.array_equal(params.vector, vector) for vector in known):
        raise ValueError(
            "the parameters are not those that train returned with this state; to start anew from"
            " others, leave the state out"
        )


def kept(state: dict) -> dict:
    """A copy of what there is to keep of an optimiser's state."""
    return copy.deepcopy({name: x for name, x in state.items() if name != "scratch"})


def _kinds(objective) -> list:
    inner = getattr(objective, "objective", objective)  # the one whose weights are tied
    return [(c, type(term)) for c, term in getattr(inner, "parts", [(1, inner)])]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when a metric had no new least value for `patience` epochs, and return the best.

    Attributes
    ----------
    metric : str
        Its name among the metrics; less is better.
    patience : int

    Examples
    --------
    >>> from ae_course import Autoencoder, reconstruction, squared_error, train
    >>> net, E = Autoencoder.folded(4, 2), reconstruction(squared_error)
    >>> rng = np.random.default_rng(0)
    >>> _, history, _ = train(
    ...     net, E, net.init(rng), np.eye(4), epochs=50, rng=rng,
    ...     metrics={"size": lambda params: params.vector.size},
    ...     early_stopping=EarlyStopping("size", patience=3),
    ... )
    >>> history.stopped
    'size was least 3 epochs ago'
    """

    metric: str
    patience: int = 10

    def __post_init__(self):
        check_integer("the patience", self.patience, least=1)

    def check(self, metrics) -> None:
        """Raise ValueError unless the metric is among those that are recorded."""
        if self.metric not in metrics:
            raise ValueError(
                f"early stopping looks at {self.metric!r}, which is not among the metrics:"
                f" {', '.join(metrics) or 'there are none'}"
            )

    def judge(self, state: TrainingState, best: Parameters | None) -> TrainingState:
        """The state after an epoch, with the best parameters, stopped if the patience is over."""
        values = np.nan_to_num(state.history.metrics[self.metric], nan=np.inf)
        waited = len(values) - 1 - int(np.argmin(values))
        state = replace(state, best=best if waited and best is not None else state.params)
        if waited < self.patience:
            return state
        return state.stop(f"{self.metric} was least {waited} epochs ago")
