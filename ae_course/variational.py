r"""A variational autoencoder encodes each sample as a distribution, and can draw new samples."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from ae_course.activations import identity, logistic
from ae_course.autoencoder import Autoencoder
from ae_course.checks import as_rows, check_generator, check_not_negative, check_whole
from ae_course.denoising import Corruption, check_noiseable
from ae_course.initialization import Draw, glorot
from ae_course.losses import Loss
from ae_course.network import Layer, Network, Trace
from ae_course.objective import Evaluated
from ae_course.parameters import Parameters
from ae_course.workspace import Room, fresh


def gaussian_kl(mu: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    r"""The divergence of :math:`\mathcal N(\mu, \operatorname{diag} \sigma^2)` from
    :math:`\mathcal N(0, I)`, in nats.

    :math:`\frac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)`, for each row
    (:eq:`eq-gaussian-kl`).

    Parameters
    ----------
    mu, log_variance : array (N, units)
        The means, and the logarithms of the variances.

    Returns
    -------
    array (N,)

    Raises
    ------
    ValueError
        The two do not have the same shape, or not rows and columns.
    """
    if np.ndim(mu) != 2 or np.shape(mu) != np.shape(log_variance):
        raise ValueError(
            f"mu has shape {np.shape(mu)}, log_variance {np.shape(log_variance)};"
            " wanted (N, units) for both"
        )
    return 0.5 * (mu**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)


@dataclass(frozen=True)
class VariationalAutoencoder:
    r"""An encoder that gives a normal distribution over codes, and a decoder of codes.

    :math:`q(z|x) = \mathcal N(\mu(x), \operatorname{diag} \sigma^2(x))`, and p(x|z) from the
    decoder's output; codes have the prior :math:`\mathcal N(0, I)` (:eq:`eq-vae`)
    :cite:p:`kingma2014auto`.

    Attributes
    ----------
    encoder : Network
        Its last layer has identity units, twice as many as the code: the means, then the logarithms
        of the variances.
    decoder : Network
        From the code to as many outputs as the encoder has inputs. Its layers are numbered on from
        the encoder's.

    Raises
    ------
    ValueError
        The two do not fit.
    """

    encoder: Network
    decoder: Network

    def __post_init__(self):
        if self.encoder.units != 2 * self.decoder.inputs:
            raise ValueError(
                f"the encoder has {self.encoder.units} outputs, the decoder"
                f" {self.decoder.inputs} inputs; wanted a mean and a log variance for each"
            )
        if self.decoder.units != self.encoder.inputs:
            raise ValueError(
                f"the output has {self.decoder.units} units, the input {self.encoder.inputs}"
            )
        if self.decoder.first != self.encoder.last + 1 or self.encoder.layers[-1].activation != (
            identity
        ):
            raise ValueError(
                f"the encoder ends at layer {self.encoder.last} with"
                f" {self.encoder.layers[-1].activation} units, the decoder begins at layer"
                f" {self.decoder.first}; wanted identity units, and numbers that go on"
            )

    @classmethod
    def folded(cls, *sizes: int, hidden=logistic, output=logistic) -> Self:
        """One with the sizes of the encoder in reverse for the decoder.

        ``folded(784, 200, 2)`` has codes of 2 numbers; see
        :meth:`~ae_course.autoencoder.Autoencoder.folded`.
        """
        net = Autoencoder.folded(*sizes, hidden=hidden, code=identity, output=output)
        last = net.encoder.layers[-1]
        twice = Layer(last.inputs, 2 * last.units, identity)
        return cls(Network((*net.encoder.layers[:-1], twice)), net.decoder)

    @property
    def units(self) -> int:
        """How many numbers a code has."""
        return self.decoder.inputs

    def init(self, rng, draw: Draw = glorot, dtype=np.float64) -> Parameters:
        """Draw parameters to start from, as :meth:`~ae_course.network.Network.init` does."""
        parts = (self.encoder.init(rng, draw, dtype), self.decoder.init(rng, draw, dtype))
        return Parameters.of({name: p[name] for p in parts for name in p})

    def encode(self, params: Parameters, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The means and log variances (N, units) of q(z|x) for the samples X (N, inputs)."""
        return np.hsplit(self.encoder(params, X), 2)

    def decode(self, params: Parameters, Z: np.ndarray) -> np.ndarray:
        """The outputs (N, inputs) for the codes Z (N, units)."""
        return self.decoder(params, Z)

    def sample(self, params: Parameters, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n codes from the prior and decode them: the means of p(x|z), (n, inputs)."""
        check_generator(rng)
        return self.decode(params, rng.normal(size=(n, self.units)))


def append_noise(units: int) -> Corruption:
    r"""The corruption that puts standard normal numbers beside x, as many as the code has.

    They are the :math:`\varepsilon` of :math:`z = \mu + \sigma \odot \varepsilon`
    (:eq:`eq-reparametrised`): so the variational objective is a function without randomness.
    """
    check_whole("the number of units", units, least=1)

    def corrupt(rng, x):
        check_noiseable(rng, x)
        return np.hstack([x, rng.standard_normal((len(x), units), x.dtype)])

    return corrupt


class VariationalPass(NamedTuple):
    """A forward pass through the encoder, the noise and the decoder."""

    net: VariationalAutoencoder
    params: Parameters
    encoder: Trace
    noise: np.ndarray
    decoder: Trace
    target: np.ndarray


@dataclass(frozen=True)
class NegativeELBO(Evaluated):
    r"""Minus the evidence lower bound, with one draw of the code for each sample.

    :math:`J = \frac1N \sum_n \bigl[e(\hat x(z_n), x_n)
    + \beta\, \mathrm{KL}(q(z|x_n) \,\|\, p(z))\bigr]` (:eq:`eq-vae-objective`), which is
    :eq:`eq-elbo` for beta = 1 if e is minus the logarithm of p(x|z). It is above the mean of
    -log p(x) by a divergence (:eq:`eq-elbo-gap`). The gradient goes through the code
    (:eq:`eq-vae-gradient`).

    Attributes
    ----------
    loss : Loss
        cross_entropy for binary pixels, squared_error for normal ones of variance 1 (up to a
        constant).
    beta : float
        Weight of the divergence.

    Raises
    ------
    TypeError
        The loss is none.
    ValueError
        beta is negative or not finite: the objective would have no minimum.
    """

    loss: Loss
    beta: float = 1.0

    def __post_init__(self):
        if not isinstance(self.loss, Loss):
            raise TypeError(f"the loss is {self.loss!r}, wanted a Loss, such as cross_entropy")
        check_not_negative("beta", self.beta)

    def see(self, net, params, X, target=None, room: Room = fresh) -> VariationalPass:
        """The forward pass for rows of X that hold a sample and then its noise.

        Raises
        ------
        ValueError
            X has not as many columns as the input and the code together, or the target not as many
            rows as X.
        """
        self.loss.check_unit(net.decoder.layers[-1].activation)
        D, k = net.encoder.inputs, net.units
        X = as_rows(X, D + k, params.dtype, room, "X with the noise beside it")
        encoder = net.encoder.forward(params, X[:, :D], room)
        mu, log_variance = np.hsplit(encoder.output, 2)
        noise = X[:, D:]
        decoder = net.decoder.forward(params, mu + np.exp(0.5 * log_variance) * noise, room)
        wanted = X[:, :D] if target is None else target
        t = self.loss.encode(wanted, D, params.dtype, room)
        if len(t) != len(X):
            raise ValueError(f"there are {len(t)} targets for {len(X)} samples")
        return VariationalPass(net, params, encoder, noise, decoder, t)

    def parts(self, seen: VariationalPass) -> tuple[float, float]:
        """The mean error of the output and the mean divergence, both in nats."""
        u, y = seen.decoder.u[seen.net.decoder.last], seen.decoder.output
        errors = self.loss.errors(u, y, seen.target)
        return float(errors.mean()), float(gaussian_kl(*np.hsplit(seen.encoder.output, 2)).mean())

    def evaluate(self, seen: VariationalPass, want_value=True, room: Room = fresh):
        """J and its gradient."""
        error, kl = self.parts(seen) if want_value else (0, 0)
        value = error + self.beta * kl if want_value else None
        return value, self._gradient(seen, room)

    def _gradient(self, seen: VariationalPass, room: Room) -> Parameters:
        decoder, encoder = seen.net.decoder, seen.net.encoder
        last = decoder.layers[-1].activation
        u, y = seen.decoder.u[decoder.last], seen.decoder.output
        delta = self.loss.delta(last, u, y, seen.target, room)
        first = decoder.deltas(seen.params, seen.decoder, delta, room=room)[decoder.first]
        at_z = first @ seen.params[f"W{decoder.first}"]
        mu, log_variance = np.hsplit(seen.encoder.output, 2)
        at_mu = at_z + self.beta * mu
        at_log = at_z * seen.noise * np.exp(0.5 * log_variance) / 2
        at_log += self.beta * (np.exp(log_variance) - 1) / 2
        gradient = decoder.backward(seen.params, seen.decoder, delta, room=room)
        gradient.vector[:] += encoder.backward(
            seen.params, seen.encoder, np.hstack([at_mu, at_log])
        ).vector
        return gradient
