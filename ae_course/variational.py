r"""A variational autoencoder encodes each sample as a distribution, and can draw new samples."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ae_course.activations import identity, logistic
from ae_course.autoencoder import Autoencoder, EncoderDecoder
from ae_course.checks import as_floats, as_rows, check_generator, check_integer, check_not_negative
from ae_course.denoising import Corruption, check_noiseable
from ae_course.losses import Loss
from ae_course.network import Layer, Network, Trace
from ae_course.objective import Objective, Reconstruction, Term
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate


def gaussian_kl(
    mu: np.ndarray, log_variance: np.ndarray, variance: np.ndarray | None = None
) -> np.ndarray:
    r"""The divergence of :math:`\mathcal N(\mu, \operatorname{diag} \sigma^2)` from
    :math:`\mathcal N(0, I)`, in nats.

    :math:`\frac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)`, for each row
    (:eq:`eq-gaussian-kl`).

    >>> gaussian_kl(np.array([[0.0, 0.0], [1.0, 0.0]]), np.zeros((2, 2)))
    array([0. , 0.5])

    Parameters
    ----------
    mu, log_variance : array (N, units)
        The means, and the logarithms of the variances.
    variance : array (N, units), optional
        The variances, if they are known.

    Returns
    -------
    array (N,)
    """
    mu, log_variance = as_floats(mu, "mu"), as_floats(log_variance, "log_variance")
    if np.ndim(mu) != 2 or np.shape(mu) != np.shape(log_variance):
        raise ValueError(
            f"mu has shape {np.shape(mu)}, log_variance {np.shape(log_variance)};"
            " wanted (N, units) for both"
        )
    variance = np.exp(log_variance) if variance is None else variance
    return 0.5 * (mu**2 + variance - 1 - log_variance).sum(axis=1)


@dataclass(frozen=True)
class VariationalTrace(Trace):
    """What a forward pass through the encoder, the noise and the decoder computed.

    ``y`` of the encoder's last layer holds the means and log variances; the decoder was given z.
    """

    noise: np.ndarray
    sigma: np.ndarray
    z: np.ndarray


@dataclass(frozen=True)
class VariationalAutoencoder(EncoderDecoder):
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

    Examples
    --------
    >>> rng, net = np.random.default_rng(0), VariationalAutoencoder.folded(6, 4, 2)
    >>> params = net.init(rng)
    >>> mu, log_variance = net.encode(params, np.ones((3, 6)))
    >>> mu.shape, net.decode(params, mu).shape, net.sample(params, rng, 5).shape
    ((3, 2), (3, 6), (5, 6))
    """

    def __post_init__(self):
        super().__post_init__()
        if self.encoder.units != 2 * self.decoder.inputs:
            raise ValueError(
                f"the encoder has {self.encoder.units} outputs, the decoder"
                f" {self.decoder.inputs} inputs; wanted a mean and a log variance for each"
            )
        if self.decoder.units != self.encoder.inputs:
            raise ValueError(
                f"the output has {self.decoder.units} units, the input {self.encoder.inputs}"
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

    def forward(
        self, params: Parameters, X: np.ndarray, workspace: Allocate = allocate
    ) -> "VariationalTrace":
        """Compute every layer's u and y for rows of X that hold a sample and then its noise."""
        D = self.encoder.inputs
        X = as_rows(X, D + self.units, params.dtype, workspace, "X with the noise beside it")
        below = self.encoder.forward(params, X[:, :D], workspace)
        mu, log_variance = np.hsplit(below.output, 2)
        sigma = np.exp(0.5 * log_variance)
        z = reparametrised(mu, sigma, X[:, D:])
        above = self.decoder.forward(params, z, workspace)
        return VariationalTrace(below.u | above.u, above.y | below.y, X[:, D:], sigma, z)

    def at_code(self, trace: "VariationalTrace", at_z: np.ndarray) -> np.ndarray:
        """The derivatives by the means and log variances (:eq:`eq-vae-gradient`)."""
        return np.hstack([at_z, at_z * trace.noise * trace.sigma / 2])


def reparametrised(mu: np.ndarray, sigma: np.ndarray, noise: np.ndarray) -> np.ndarray:
    r"""The codes z = mu + sigma * noise, all (N, units) (:eq:`eq-reparametrised`).

    >>> reparametrised(np.ones(2), np.array([2.0, 3.0]), np.array([1.0, -1.0])).tolist()
    [3.0, -2.0]
    """
    return mu + sigma * noise


def append_noise(units: int) -> Corruption:
    r"""The corruption that puts standard normal numbers beside x, as many as the code has.

    They are the :math:`\varepsilon` of :math:`z = \mu + \sigma \odot \varepsilon`
    (:eq:`eq-reparametrised`): so the variational objective is a function without randomness.

    >>> append_noise(2)(np.random.default_rng(0), np.zeros((3, 4))).shape
    (3, 6)
    """
    check_integer("the number of units", units, least=1)

    def corrupt(rng, x):
        check_noiseable(rng, x)
        return np.hstack([x, rng.standard_normal((len(x), units), x.dtype)])

    return corrupt


@dataclass(frozen=True, repr=False)
class CodeDivergence(Term):
    r"""The mean divergence of a variational autoencoder's codes from the prior.

    :math:`\frac1N \sum_n \mathrm{KL}(q(z|x_n) \,\|\, p(z))`, see :func:`gaussian_kl`.
    """

    def __repr__(self) -> str:
        return "code_divergence"

    def value_from(self, forward_pass):
        return float(gaussian_kl(*self._code(forward_pass)).mean())

    def grad_outputs(self, forward_pass):
        mu, _, variance = self._code(forward_pass)
        slopes = np.hstack([mu, (variance - 1) / 2])
        return {forward_pass.net.encoder.last: slopes / len(mu)}

    def _code(self, forward_pass):
        net = forward_pass.net
        if not isinstance(net, VariationalAutoencoder):
            raise TypeError(f"{self} is for a VariationalAutoencoder, found {net!r}")
        mu, log_variance = np.hsplit(forward_pass.trace.y[net.encoder.last], 2)
        return mu, log_variance, forward_pass.once(self, lambda: np.exp(log_variance))


code_divergence = CodeDivergence()
"""The term that draws codes to the prior (:eq:`eq-gaussian-kl`)."""


def negative_elbo(loss: Loss, beta: float = 1.0) -> Objective:
    r"""Minus the evidence lower bound, with one draw of the code for each sample.

    :math:`J = \frac1N \sum_n \bigl[e(\hat x(z_n), x_n)
    + \beta\, \mathrm{KL}(q(z|x_n) \,\|\, p(z))\bigr]` (:eq:`eq-vae-objective`), which is
    :eq:`eq-elbo` for beta = 1 if e is minus the logarithm of p(x|z). It is above the mean of
    -log p(x) by a divergence (:eq:`eq-elbo-gap`). The gradient goes through the code
    (:eq:`eq-vae-gradient`). It is a sum of terms as any other, to which weight decay may be added:

    >>> from ae_course import cross_entropy, weight_decay
    >>> negative_elbo(cross_entropy, beta=4) + 1e-4 * weight_decay
    reconstruction(cross_entropy) + 4 * code_divergence + 0.0001 * weight_decay

    Parameters
    ----------
    loss : Loss
        cross_entropy for binary pixels, squared_error for normal ones of variance 1 (up to a
        constant).
    beta : float
        Weight of the divergence.

    Raises
    ------
    ValueError
        beta is negative or not finite: the objective would have no minimum.
    """
    check_not_negative("beta", beta)
    return Reconstruction(loss) + beta * code_divergence
