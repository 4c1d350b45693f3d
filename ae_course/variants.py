r"""Other autoencoders: one part of the plain one is changed, and the training loop stays.

The input may be corrupted (denoising), the encoder's slope penalised (contractive), the weights
shared (tied), the code made random (variational), or unused units given work (TopK codes). Each is
a corruption ``(rng, x) -> array``, a term, or a small frozen value.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from ae_course.activations import identity, logistic
from ae_course.arrays import Room, as_rows, check_finite, fresh, real_matrix, square_matrix
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.checks import (
    check_fraction,
    check_generator,
    check_not_negative,
    check_positive,
    check_whole,
)
from ae_course.losses import Loss, squared_error
from ae_course.network import Draw, Layer, Network, Trace, glorot
from ae_course.objective import Objective, Pass, Term
from ae_course.optimizers import Optimizer
from ae_course.parameters import Parameters
from ae_course.pretraining import around
from ae_course.training import train

Corruption = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def _check_noiseable(rng, x) -> None:
    # Grey values from 0 to 255 would get noise that is meant for 0 to 1.
    check_generator(rng)
    if getattr(x, "dtype", None) not in (np.float32, np.float64):
        kind = getattr(x, "dtype", type(x).__name__)
        raise TypeError(f"x is {kind}, wanted an array of float32 or float64, such as x / 255")


def gaussian_noise(sigma: float) -> Corruption:
    r"""The corruption :math:`\tilde x = x + \eta` with :math:`\eta \sim \mathcal N(0, \sigma^2 I)`.

    Its objective is :eq:`eq-denoising`.

    Raises
    ------
    ValueError
        sigma is not positive.
    TypeError
        When it is called: x is not an array of floats, or rng no generator. So for all corruptions.
    """
    check_positive("sigma", sigma)

    def corrupt(rng, x):
        _check_noiseable(rng, x)
        return x + x.dtype.type(sigma) * rng.standard_normal(x.shape, x.dtype)

    return corrupt


def masking_noise(share: float) -> Corruption:
    r"""The corruption that puts each component to 0 with that probability (:eq:`eq-masking`).

    Raises
    ------
    ValueError
        The share is not in [0, 1).
    """
    check_fraction("the share", share)

    def corrupt(rng, x):
        _check_noiseable(rng, x)
        return x * (rng.random(x.shape, np.float32) >= share)

    return corrupt


def salt_and_pepper(share: float) -> Corruption:
    r"""The corruption that puts each component with that probability to 0 or 1, both equally often.

    In the mean it pulls an input towards 1/2 (:eq:`eq-salt`).

    Raises
    ------
    ValueError
        The share is not in [0, 1).
    """
    check_fraction("the share", share)

    def corrupt(rng, x):
        _check_noiseable(rng, x)
        draw = rng.random(x.shape, np.float32)
        return np.where(draw < share, (draw < share / 2).astype(x.dtype), x)

    return corrupt


def wiener(Phi: np.ndarray, sigma: float) -> np.ndarray:
    r"""The best linear denoiser of centred samples, :math:`C = \Phi (\Phi + \sigma^2 I)^{-1}`.

    The Wiener filter (:eq:`eq-wiener`). Along each principal component it shrinks by
    :math:`d / (d + \sigma^2)` (:eq:`eq-shrinkage`).

    Parameters
    ----------
    Phi : array (D, D)
        Covariance matrix of the clean samples; it may be singular.
    sigma : float
        Standard deviation of the noise.

    Raises
    ------
    ValueError
        Phi is not a symmetric matrix, or sigma is not positive.
    """
    Phi = _covariance_matrix(Phi, sigma)
    # Phi and Phi + sigma^2 I commute, so that solving from the left gives the same matrix.
    return np.linalg.solve(Phi + sigma**2 * np.eye(len(Phi)), Phi)


def _covariance_matrix(Phi: np.ndarray, sigma: float) -> np.ndarray:
    check_positive("sigma", sigma)
    Phi = square_matrix(Phi, "Phi", wanted="a symmetric matrix")
    if not np.allclose(Phi, Phi.T):
        raise ValueError(
            f"Phi differs from its transpose by {np.abs(Phi - Phi.T).max():.2g},"
            " wanted a symmetric matrix"
        )
    return Phi


def linear_denoising_error(Phi: np.ndarray, M: np.ndarray, sigma: float) -> float:
    r"""The mean error over samples and noise of the linear denoiser M of centred samples.

    :math:`\frac12 \operatorname{tr}\bigl((M - I) \Phi (M - I)^\top\bigr)
    + \frac{\sigma^2}{2} \|M\|_F^2`: noise is a weight decay on M (:eq:`eq-noise-decay`).

    Parameters
    ----------
    Phi : array (D, D)
        Covariance matrix of the clean samples.
    M : array (D, D)
    sigma : float

    Raises
    ------
    ValueError
        Phi is not a symmetric matrix, M has another shape, or sigma is not positive.
    """
    Phi, M = _covariance_matrix(Phi, sigma), real_matrix(M, "M")
    if M.shape != Phi.shape:
        raise ValueError(f"M has shape {M.shape}, wanted that of Phi, {Phi.shape}")
    miss = M - np.eye(len(M))
    return float(np.vdot(miss @ Phi, miss) + sigma**2 * np.vdot(M, M)) / 2


@dataclass(frozen=True)
class Mixture:
    r"""A mixture of K round normal distributions in D dimensions: a density that is known.

    :math:`p(x) = \sum_k \pi_k \mathcal N(x; m_k, v_k I)` (:eq:`eq-mixture`).

    Attributes
    ----------
    weights : array (K,)
        :math:`\pi_k`, positive with sum 1.
    means : array (K, D)
    variances : array (K,)

    Raises
    ------
    ValueError
        The shapes do not fit, or weights, means or variances are out of range; later, points have
        another number of columns than the means, or a sigma is not positive.
    """

    weights: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    def __post_init__(self):
        for name in ("weights", "means", "variances"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), float))
        K = len(real_matrix(self.means, "means"))
        check_finite(self.means, "means")
        if self.weights.shape != (K,) or self.variances.shape != (K,):
            raise ValueError(
                f"{K} means, weights of shape {self.weights.shape} and variances of shape"
                f" {self.variances.shape}; wanted one of each for every component"
            )
        if not (self.weights.min() > 0 and abs(self.weights.sum() - 1) < 1e-9):
            raise ValueError(f"the weights are {self.weights}, wanted positive ones with sum 1")
        if not ((self.variances > 0) & np.isfinite(self.variances)).all():
            raise ValueError(f"the variances are {self.variances}, wanted positive, finite ones")

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n samples (n, D)."""
        check_generator(rng)
        check_whole("the number of samples", n, least=1)
        k = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.normal(size=(n, self.means.shape[1]))
        return self.means[k] + np.sqrt(self.variances[k])[:, None] * noise

    def smoothed(self, sigma: float) -> Self:
        r"""The mixture of :math:`\tilde x = x + \eta`: every variance grows by
        :math:`\sigma^2` (:eq:`eq-smoothed`)."""
        check_positive("sigma", sigma)
        return replace(self, variances=self.variances + sigma**2)

    def log_density(self, X: np.ndarray) -> np.ndarray:
        r"""log p at the rows of X (N, D), shape (N,)."""
        joint = self._joint(X)
        top = joint.max(axis=1)
        return top + np.log(np.exp(joint - top[:, None]).sum(axis=1))

    def score(self, X: np.ndarray) -> np.ndarray:
        r"""The score :math:`\nabla_x \log p` at the rows of X (N, D) (:eq:`eq-mixture-score`)."""
        pull = (self.means - self._points(X)[:, None]) / self.variances[:, None]
        return np.einsum("nk,nkd->nd", self.shares(X), pull)

    def shares(self, X: np.ndarray) -> np.ndarray:
        """The probabilities (N, K) with which each row of X came from each component."""
        return np.exp(self._joint(X) - self.log_density(X)[:, None])

    def denoise(self, X: np.ndarray, sigma: float) -> np.ndarray:
        r"""The mean of the clean x, given :math:`\tilde x` in the rows of X
        (:eq:`eq-mixture-denoiser`): the best denoiser there is (:eq:`eq-posterior-mean`)."""
        shares = self.smoothed(sigma).shares(X)
        keep = (self.variances / (self.variances + sigma**2))[:, None]
        each = self.means + keep * (self._points(X)[:, None] - self.means)
        return np.einsum("nk,nkd->nd", shares, each)

    def _points(self, X: np.ndarray) -> np.ndarray:
        # One column would be broadcast against means of any dimension.
        X, D = real_matrix(X, "X"), self.means.shape[1]
        if X.shape[1] != D:
            raise ValueError(f"X has {X.shape[1]} columns, the mixture has {D} dimensions")
        return X

    def _joint(self, X: np.ndarray) -> np.ndarray:
        """The logarithm of the k-th summand of the density, (N, K)."""
        squares = ((self._points(X)[:, None] - self.means) ** 2).sum(axis=2)
        D = self.means.shape[1]
        scale = np.log(self.weights) - 0.5 * D * np.log(2 * np.pi * self.variances)
        return scale - squares / (2 * self.variances)


def denoiser_score(net: Network, params: Parameters, X: np.ndarray, sigma: float) -> np.ndarray:
    r"""The score of the noisy samples as a denoiser has learned it (:eq:`eq-tweedie`).

    :math:`(\hat x(\tilde x) - \tilde x) / \sigma^2` at the rows of X (N, D).

    Raises
    ------
    ValueError
        sigma is not positive, or the outputs do not have the shape of X.
    """
    check_positive("sigma", sigma)
    X_hat, X = net(params, X), np.asarray(X)
    if X_hat.shape != X.shape:
        raise ValueError(f"the outputs have shape {X_hat.shape}, wanted that of X, {X.shape}")
    return (X_hat - X) / sigma**2


def jacobians(net: Network, params: Parameters, X: np.ndarray) -> np.ndarray:
    r"""The derivative of the outputs by the inputs, for every sample: (N, units, inputs).

    The product of :math:`\operatorname{diag}(f'(u^{(l)})) W^{(l)}` over the layers
    (:eq:`eq-jacobian`). Its square is what small noise penalises (:eq:`eq-small-noise`).
    """
    trace, J = net.forward(params, X), np.eye(net.inputs, dtype=params.dtype)
    for l, layer in net.numbered():
        slope = layer.activation.derivative(trace.u[l], trace.y[l])
        J = slope[:, :, None] * (params[f"W{l}"] @ J)
    return J


@dataclass(frozen=True)
class Contractive(Term):
    r"""The mean squared Frobenius norm of the Jacobian of a layer of logistic units by its input.

    :math:`\frac1N \sum_n \|\partial y_n / \partial x_n\|_F^2 = \frac1N \sum_n \sum_j
    (y_{nj} (1 - y_{nj}))^2 \|w_j\|^2` for the first layer (:eq:`eq-contractive`)
    :cite:p:`rifai2011contractive`; the gradient is :eq:`eq-contractive-gradient`. Small weights
    make it small at no cost, if nothing keeps the decoder's from growing: use it with weight decay
    or with tied weights.

    Raises
    ------
    ValueError
        When it is evaluated: the first layer is not hidden, or its units are not logistic.
    """

    def __repr__(self) -> str:
        return "contractive"

    def value(self, seen, room):
        _, slopes, squares = self._parts(seen)
        return float((slopes**2 @ squares).mean())

    def at_y(self, seen):
        y, slopes, squares = self._parts(seen)
        return {seen.net.first: 2 * slopes * (1 - 2 * y) * squares}

    def at_parameters(self, seen):
        _, slopes, _ = self._parts(seen)
        name = f"W{seen.net.first}"
        return {name: 2 * (slopes**2).mean(axis=0)[:, None] * seen.params[name]}

    def _parts(self, seen: Pass):
        """y (N, units), its slopes y (1 - y), and the squared lengths of the filters (units,)."""
        unit = seen.net.layers[0].activation
        if len(seen.net) < 2 or unit != logistic:
            raise ValueError(
                f"contractive is for a hidden layer of logistic units; the first of"
                f" {len(seen.net)} layers has {unit} units"
            )
        y, W = seen.trace.y[seen.net.first], seen.params[f"W{seen.net.first}"]
        return y, y * (1 - y), np.einsum("ji,ji->j", W, W)


contractive = Objective.of(Contractive())
"""The objective that makes codes insensitive: ``0.1 * contractive`` (:eq:`eq-contractive`)."""


class Evaluated:
    """What training and the gradient check ask for, where `see` and `evaluate` are given."""

    def value(self, net, params: Parameters, X, target=None) -> float:
        """J for the samples X, as a mean over them."""
        return self.evaluate(self.see(net, params, X, target))[0]

    def gradient(self, net, params: Parameters, X, target=None) -> Parameters:
        """The gradient of J by every parameter."""
        return self.evaluate(self.see(net, params, X, target), want_value=False)[1]

    def after(self, seen) -> Self:
        """The objective for the batch after this one: the same."""
        return self


def mirrored(net: Autoencoder) -> dict[str, str]:
    """Which weights of a folded autoencoder are the transpose of which: {"W2": "W1"}, ….

    Raises
    ------
    ValueError
        The decoder does not have the sizes of the encoder in reverse.
    TypeError
        It is not an autoencoder.
    """
    if not isinstance(net, Autoencoder):
        raise TypeError(f"found {type(net).__name__}, wanted an Autoencoder")
    sizes = [layer.inputs for layer in net.layers] + [net.units]
    if len(net) != 2 * net.depth or sizes != sizes[::-1]:
        raise ValueError(
            f"the layers have the sizes {'-'.join(map(str, sizes))} with an encoder of"
            f" {net.depth}; tied weights need a decoder that mirrors the encoder"
        )
    return {f"W{net.first + net.last - l}": f"W{l}" for l, _ in net.encoder.numbered()}


def tie(net: Autoencoder, params: Parameters) -> Parameters:
    r"""The parameters without the decoder's weights, which are the encoder's transposed."""
    mirror = mirrored(net)
    return Parameters.of({name: params[name] for name in net.shapes() if name not in mirror})


def untie(net: Autoencoder, shared: Parameters) -> Parameters:
    r"""All parameters of the network, with :math:`\tilde W = W^\top` (:eq:`eq-tied`).

    Raises
    ------
    ValueError
        `shared` does not have the names that :func:`tie` leaves, such as ``W2`` besides ``W1``.
    """
    mirror = mirrored(net)
    wanted = [name for name in net.shapes() if name not in mirror]
    if set(shared) != set(wanted):
        raise ValueError(
            f"the parameters are {', '.join(shared)}; wanted {', '.join(wanted)}, as from tie"
        )
    params = Parameters.zeros(net.shapes(), shared.dtype)
    for name in shared:
        params[name] = shared[name]
    for theirs, ours in mirror.items():
        params[theirs] = shared[ours].T
    return params


class TiedPass(NamedTuple):
    """A forward pass with tied weights: the shared parameters, and what the objective sees."""

    shared: Parameters
    seen: Pass


@dataclass(frozen=True)
class Tied(Evaluated):
    r"""An objective as a function of shared weights: a reparametrisation.

    :math:`J(W, b, \tilde b) = J(W, b, W^\top, \tilde b)` (:eq:`eq-tied`), whose derivative by the
    shared W is the sum along both ways (:eq:`eq-tied-gradient`). Its parameters are those that
    :func:`tie` returns.

    Attributes
    ----------
    objective : Objective
        A function of all parameters of a folded autoencoder.
    """

    objective: Objective

    def see(self, net, params, X, target=None, room: Room = fresh) -> TiedPass:
        """The forward pass with the decoder's weights filled in."""
        return TiedPass(params, self.objective.see(net, untie(net, params), X, target, room))

    def evaluate(self, tied: TiedPass, want_value=True, room: Room = fresh):
        """J and its gradient by the shared parameters."""
        value, gradient = self.objective.evaluate(tied.seen, want_value, room)
        shared = tied.shared.like(np.empty_like(tied.shared.vector))
        for name in shared:
            shared[name] = gradient[name]
        for theirs, ours in mirrored(tied.seen.net).items():
            shared[ours] += gradient[theirs].T
        return value, shared

    def after(self, tied: TiedPass) -> "Tied":
        """The same, with what the objective carries over."""
        return Tied(self.objective.after(tied.seen))


def pretrain_folded(
    net: Autoencoder,
    objective: Objective,
    X: np.ndarray,
    *,
    epochs: int,
    rng: np.random.Generator,
    draw: Draw = glorot,
    dtype=np.float64,
    **options,
) -> Parameters:
    r"""Train a deep autoencoder from the outside to the inside, a pair of layers at a time.

    Stage l trains layer l and its mirror image as an autoencoder of :math:`y^{(l-1)}`
    (:eq:`eq-greedy`). Other than :func:`~ae_course.pretraining.pretrain` it keeps the decoders:
    unfolded, they are the way back.

    Parameters
    ----------
    net : Autoencoder
        With a decoder that mirrors the encoder.
    objective, X, epochs, rng, draw, dtype, **options
        As for :func:`~ae_course.pretraining.pretrain`.

    Returns
    -------
    Parameters
        Of all layers.

    Raises
    ------
    ValueError, TypeError
        The decoder does not mirror the encoder; or as :func:`~ae_course.training.train`.
    """
    mirrored(net)
    params, y = Parameters.zeros(net.shapes(), dtype), X
    for l, layer in net.encoder.numbered():
        back = net.first + net.last - l
        stage = around(layer, net.layers[back - net.first].activation)
        start = stage.init(rng, draw, dtype)
        start["b2"] = mean_bias(stage, y)
        found, _ = train(stage, objective, start, y, epochs=epochs, rng=rng, **options)
        params[f"W{l}"], params[f"b{l}"] = found["W1"], found["b1"]
        params[f"W{back}"], params[f"b{back}"] = found["W2"], found["b2"]
        y = stage.encode(found, y)
    return params


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
        _check_noiseable(rng, x)
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


class Superposition(NamedTuple):
    """Samples made of known features: X = S F, with few coefficients of a row of S not zero."""

    X: np.ndarray
    S: np.ndarray
    F: np.ndarray


def superposition(
    rng: np.random.Generator, n: int, features: int, dimensions: int, active: int
) -> Superposition:
    r"""Draw samples in which more features than dimensions lie on top of one another.

    :math:`x = F^\top s`: the rows of F are random directions of length 1, and of the coefficients
    s just `active` ones, chosen at random, are not zero but uniform in [0.5, 1.5]
    (:eq:`eq-superposition`) :cite:p:`elhage2022toy`.

    Returns
    -------
    Superposition
        X (n, dimensions), S (n, features) and F (features, dimensions).

    Raises
    ------
    ValueError
        A number is not whole, or below 1, or more features are active than there are.
    """
    check_generator(rng)
    for name, number in (("samples", n), ("features", features), ("dimensions", dimensions)):
        check_whole(f"the number of {name}", number, least=1)
    check_whole("the number of active features", active, least=1, most=features)
    F = rng.normal(size=(features, dimensions))
    F /= np.linalg.norm(F, axis=1, keepdims=True)
    chosen = rng.random((n, features)).argsort(axis=1) < active
    S = chosen * rng.uniform(0.5, 1.5, (n, features))
    return Superposition(S @ F, S, F)


def recovery(F: np.ndarray, found: np.ndarray) -> np.ndarray:
    r"""For every true feature, the largest cosine with a found one (:eq:`eq-recovery`).

    Parameters
    ----------
    F : array (features, D)
        True features as rows.
    found : array (units, D)
        Found ones as rows, such as ``params["W2"].T``. One of length 0 has cosine 0 with all.

    Returns
    -------
    array (features,)

    Raises
    ------
    ValueError
        The two differ in their numbers of columns, or a true feature has length 0.
    """
    F, found = real_matrix(F, "F"), real_matrix(found, "found")
    if F.shape[1] != found.shape[1]:
        raise ValueError(f"F has {F.shape[1]} columns, found has {found.shape[1]}")
    lengths = np.linalg.norm(F, axis=1)
    if not lengths.all():
        raise ValueError(f"feature {lengths.argmin()} in F has length 0, wanted a direction")
    sizes = np.linalg.norm(found, axis=1, keepdims=True)
    found = found / np.where(sizes > 0, sizes, 1)
    return (F @ found.T / lengths[:, None]).max(axis=1)


@dataclass(frozen=True)
class UnitColumns:
    r"""An optimiser after whose steps every column of a matrix gets length 1 again.

    :math:`\tilde w_j \leftarrow \tilde w_j / \|\tilde w_j\|` (:eq:`eq-unit-columns`).

    Attributes
    ----------
    optimizer : Optimizer
        Takes the steps.
    params : Parameters
        Say where in the vector the matrix lies.
    name : str
        Which matrix.
    """

    optimizer: Optimizer
    params: Parameters
    name: str = "W2"

    def start(self, vector):
        """The memory of the optimiser within."""
        return self.optimizer.start(vector)

    def step(self, vector, gradient, memory):
        """A step of the optimiser within, and the columns are scaled."""
        self.optimizer.step(vector, gradient, memory)
        W = self.params.like(vector)[self.name]
        W /= np.linalg.norm(W, axis=0)


@dataclass(frozen=True)
class AuxiliaryK(Term):
    r"""The error that would remain if, for each sample, k dead units helped to reconstruct it.

    :math:`\frac1N \sum_n \frac12 \|\hat x_n + \tilde W z_n - x_n\|^2`, where z holds the k largest
    net inputs among the dead units (:eq:`eq-auxk`); a unit is dead if it passed nothing for
    `patience` batches. Through z the dead units get a gradient, which they have not otherwise.
    After :cite:t:`gao2024scaling`, who hold :math:`\hat x_n` fixed here; we do not, so that the
    gradient is that of the value.

    Attributes
    ----------
    k : int
        How many dead units help; all of them, if they are fewer.
    patience : int
        After how many batches without any output a unit counts as dead.
    idle : tuple of int, or None
        For how many batches each unit has passed nothing; None before the first one.

    Raises
    ------
    ValueError
        k or the patience is not a whole number, 1 or more; or, when it is evaluated, the network
        has not two layers, or other output units than the identity.
    """

    k: int
    patience: int = 20
    idle: tuple[int, ...] | None = None

    def __post_init__(self):
        check_whole("the number k of units that help", self.k, least=1)
        check_whole("the patience", self.patience, least=1)

    def __repr__(self) -> str:
        return f"auxiliary_k(k={self.k}, patience={self.patience})"

    def value(self, seen, room):
        miss, _ = self._parts(seen)
        return 0.5 * float((miss**2).sum(axis=1).mean())

    def delta_out(self, seen, room):
        return self._parts(seen)[0]

    def at_parameters(self, seen):
        miss, z = self._parts(seen)
        first, last = seen.net.first, seen.net.last
        delta = (miss @ seen.params[f"W{last}"]) * (z != 0)
        return {
            f"W{first}": delta.T @ seen.trace.input / len(z),
            f"b{first}": delta.mean(axis=0),
            f"W{last}": miss.T @ z / len(z),
        }

    def after(self, seen):
        busy = (seen.trace.y[seen.net.first] != 0).any(axis=0)
        return replace(self, idle=tuple(np.where(busy, 0, self._idle(len(busy)) + 1).tolist()))

    def _idle(self, units: int) -> np.ndarray:
        idle = np.zeros(units, int) if self.idle is None else np.array(self.idle)
        if len(idle) != units:
            raise ValueError(f"{len(idle)} units were counted, the code has {units}")
        return idle

    def _parts(self, seen: Pass):
        """What is missing with their help (N, D), and what they put out, z (N, units)."""
        if len(seen.net) != 2 or seen.net.layers[-1].activation != identity:
            raise ValueError(
                f"{self} is for a code and one layer of identity units above it, found"
                f" {len(seen.net)} layers, the last with {seen.net.layers[-1].activation} units"
            )
        u = seen.trace.u[seen.net.first]
        dead = np.flatnonzero(self._idle(u.shape[1]) >= self.patience)
        z, k = np.zeros_like(u), min(self.k, len(dead))
        if k:
            chosen = dead[np.argpartition(u[:, dead], -k, axis=1)[:, -k:]]
            np.put_along_axis(z, chosen, np.take_along_axis(u, chosen, axis=1), axis=1)
        wanted = seen.trace.input if seen.target is None else seen.target
        wanted = squared_error.encode(wanted, seen.net.units, u.dtype, fresh)
        return seen.trace.output + z @ seen.params[f"W{seen.net.last}"].T - wanted, z


def auxiliary_k(k: int, patience: int = 20) -> Objective:
    """The term that gives dead units work, see :class:`AuxiliaryK`."""
    return Objective.of(AuxiliaryK(k, patience))
