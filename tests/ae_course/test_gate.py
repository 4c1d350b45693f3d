"""Whatever an array comes as, every function reads it alike, or refuses it in the same words."""

import warnings

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course import figures
from ae_course.activations import identity, logistic, softmax
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.contractive import jacobians
from ae_course.denoising import (
    denoiser_score,
    gaussian_noise,
    linear_denoising_error,
    masking_noise,
    salt_and_pepper,
    wiener,
)
from ae_course.dictionary_benchmarks import (
    best_latents,
    dictionary_report,
    fraction_unexplained,
    likeness,
    purity,
    top_samples,
)
from ae_course.diffusion import memorising_denoiser, probability_flow
from ae_course.discrete_codes import ProductQuantizer, kmeans
from ae_course.exercises import verdict
from ae_course.frequencies import orientation, power_spectra, radial_mean
from ae_course.full_batch import lbfgs, minimize, two_loop
from ae_course.generation import frechet_distance, nearest_distances, precision_recall
from ae_course.gradcheck import check_gradient, relative_error
from ae_course.likelihood_bounds import (
    active_units,
    draw_codes,
    importance_weighted_bound,
    rate_distortion,
)
from ae_course.linear import (
    critical_point,
    decay_bound,
    linear_error,
    output_components,
    pca_bound,
    principal_directions,
    projection_error,
    saddle_index,
    variance_missed,
)
from ae_course.losses import cross_entropy, entropy, softmax_cross_entropy, squared_error
from ae_course.mixtures import GaussianMixture, Mixture
from ae_course.moments import Moments, covariance, moments
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction
from ae_course.optimizers import SGD, Adam
from ae_course.parameters import Parameters
from ae_course.pca import PCA, principal_axes
from ae_course.pretraining import accuracy, pretrain
from ae_course.sparsity import (
    dead_fraction,
    kl_divergence,
    kl_slope,
    lifetime_sparsity,
    population_sparsity,
    soft_threshold,
)
from ae_course.superposition import recovery, superposition
from ae_course.training import train
from ae_course.variational import VariationalAutoencoder, append_noise, gaussian_kl
from ae_course.whitening import (
    PCAWhitening,
    ZCAWhitening,
    least_change,
    remove_dc,
    whitened_variances,
    whitener,
)

NET = Autoencoder.folded(4, 3)
PARAMS = drawn(NET)
CLASSES = Network((Layer(4, 3, softmax),))
J = reconstruction(cross_entropy)
LABELS = reconstruction(softmax_cross_entropy)
X = samples(12, 4)
PHI = covariance(X)[1]
VAE = VariationalAutoencoder.folded(4, 2)
VAE_PARAMS = drawn(VAE)
QUANTIZER = ProductQuantizer.fit(X, 2, 3, np.random.default_rng(0))
FEATURES = superposition(np.random.default_rng(0), 12, 4, 4, 2)
FITTED, WHITE = PCA.fit(X), ZCAWhitening.fit(X)


def rng():
    return np.random.default_rng(0)


SAMPLES = {
    "covariance": lambda x: covariance(x)[1],
    "covariance of chunks": lambda x: covariance([x, x])[1],
    "moments": lambda x: moments(iter([x])).scatter,
    "Moments.of": lambda x: Moments.of(x).mean,
    "PCA.fit": lambda x: PCA.fit(x).eigenvalues,
    "PCA.fit of chunks": lambda x: PCA.fit(iter([x, x]), 2).components,
    "PCA.transform": FITTED.transform,
    "PCA.inverse_transform": FITTED.inverse_transform,
    "PCA.reconstruct": FITTED.reconstruct,
    "PCAWhitening.fit": lambda x: PCAWhitening.fit(x).matrix,
    "ZCAWhitening.fit": lambda x: ZCAWhitening.fit(x, 0.1).matrix,
    "whitening, transform": WHITE.transform,
    "whitening, inverse_transform": WHITE.inverse_transform,
    "remove_dc": remove_dc,
    "forward": lambda x: NET(PARAMS, x),
    "encode": lambda x: NET.encode(PARAMS, x),
    "value": lambda x: J.value(NET, PARAMS, x),
    "gradient": lambda x: J.gradient(NET, PARAMS, x).vector,
    "target": lambda x: J.value(NET, PARAMS, X, x),
    "train": lambda x: train(NET, J, PARAMS, x, epochs=1, rng=rng(), batch_size=5)[0].vector,
    "train, target": lambda x: train(NET, J, PARAMS, X, x, epochs=1, rng=rng())[0].vector,
    "minimize": lambda x: minimize(NET, J, PARAMS, x, iterations=1)[0].vector,
    "minimize, target": lambda x: minimize(NET, J, PARAMS, X, x, iterations=1)[0].vector,
    "pretrain": lambda x: pretrain(NET.encoder, J, x, epochs=1, rng=rng())[0].vector,
    "check_gradient": lambda x: check_gradient(NET, J, PARAMS, x).error,
    "mean_bias": lambda x: mean_bias(NET, x),
    "accuracy": lambda x: accuracy(CLASSES, drawn(CLASSES), x, np.zeros(12, int)),
    "entropy": entropy,
    "jacobians": lambda x: jacobians(NET, PARAMS, x),
    "denoiser_score": lambda x: denoiser_score(NET, PARAMS, x, 0.1),
    "power_spectra": power_spectra,
    "orientation": orientation,
    "population_sparsity": population_sparsity,
    "lifetime_sparsity": lifetime_sparsity,
    "dead_fraction": dead_fraction,
    "soft_threshold": lambda x: soft_threshold(x, 0.1),
    "kl_divergence": lambda x: kl_divergence(0.1, x),
    "kl_slope": lambda x: kl_slope(0.1, x),
    "gaussian_kl": lambda x: gaussian_kl(x, X),
    "log_variance": lambda x: gaussian_kl(X, x),
    "draw_codes": lambda x: draw_codes(x, X, rng()),
    "top_samples": lambda x: top_samples(x, 3) * 1.0,
    "purity": lambda x: purity(x, np.arange(12) % 3, 3),
    "likeness of codes": lambda x: likeness(x, X, 3),
    "likeness": lambda x: likeness(X, x, 3),
    "fraction_unexplained": lambda x: fraction_unexplained(x, X),
    "what is explained": lambda x: fraction_unexplained(X, x),
    "best_latents": lambda x: best_latents(X, x) * 1.0,
    "dictionary_report": lambda x: np.array(dictionary_report(FEATURES, np.eye(4), x)),
    "recovery": lambda x: recovery(X, x),
    "projection_error": lambda x: projection_error(x, np.zeros(4), np.eye(2, 4)),
    "mixture": lambda x: Mixture([1], np.zeros((1, 4)), [1]).score(x),
    "means of a mixture": lambda x: Mixture(np.full(12, 1 / 12), x, np.ones(12)).score(X),
    "a normal distribution": lambda x: GaussianMixture.fit(x, 1, rng()).means,
    "its density": lambda x: GaussianMixture([1], np.zeros((1, 4)), [np.eye(4)]).log_density(x),
    "memories": lambda x: memorising_denoiser(x)(X, 0.1),
    "remembered": lambda x: memorising_denoiser(X)(x, 0.1),
    "probability_flow": lambda x: probability_flow(lambda x, sigma: 0 * x, x, [1, 0.5]),
    "frechet_distance": lambda x: frechet_distance(x, X + 1),
    "precision_recall": lambda x: precision_recall(x, X),
    "nearest_distances": lambda x: nearest_distances(X, x),
    "active_units": lambda x: active_units(x, 1e-9) * 1.0,
    "kmeans": lambda x: kmeans(x, 1, rng()),
    "product quantiser": lambda x: ProductQuantizer.fit(x, 2, 1, rng()).C,
    "codes of a product quantiser": lambda x: QUANTIZER.decode(QUANTIZER.encode(x)),
    "rate_distortion": lambda x: np.array(
        rate_distortion(VAE, cross_entropy, VAE_PARAMS, x, rng())
    ),
    "importance_weighted_bound": lambda x: importance_weighted_bound(x, 2),
    "image_rows": lambda x: figures.describe(figures.image_rows({"x": x})),
    "draw_filters": lambda x: np.ma.filled(
        figures.draw_filters(figures.panels()[1][0, 0], x, columns=3).get_array(), 0
    ),
    "mosaic": lambda x: np.nan_to_num(figures.mosaic(x, 3)),
    "principal_directions": lambda x: principal_directions(x)[1],
    "output_components": lambda x: output_components(x, np.eye(4))[1],
    "activation": logistic,
    "identity": identity,
    "relative_error": lambda x: relative_error(x, X + 1),
    "Parameters.of": lambda x: Parameters.of({"W": x}).vector,
    "a parameter": lambda x: set_parameter(x),
    "exercise": lambda x: verdict(x, X),
}
SQUARE = {
    "principal_axes": lambda A: principal_axes(A)[0],
    "whitener": lambda A: whitener(A, np.eye(4)),
    "wiener": lambda A: wiener(A, 0.3),
    "linear_denoising_error": lambda A: linear_denoising_error(A, np.eye(4), 0.3),
    "a denoiser": lambda A: linear_denoising_error(PHI, A, 0.3),
    "Phi_Y": lambda A: output_components(np.eye(4), A)[1],
    "linear_error": lambda A: linear_error(critical_point(FITTED, [0]), X.mean(axis=0), A),
    "radial_mean": lambda A: radial_mean(A)[1],
    "mix": lambda A: critical_point(FITTED, [0], A).vector,
}
VECTOR = {
    "pca_bound": pca_bound,
    "decay_bound": lambda d: decay_bound(d, 2, 0.1),
    "saddle_index": lambda d: saddle_index(d, [0], 1),
    "shares": lambda d: variance_missed([3, 2, 1, 0.5], d / np.sum(d), 1),
    "whitened_variances": lambda d: whitened_variances(d, 0.1),
    "least_change": least_change,
    "start of lbfgs": lambda d: lbfgs(lambda v: (v @ v, 2 * v), d, iterations=2)[0],
    "two_loop": lambda d: two_loop(d, [], []),
    "gradient of SGD": lambda d: stepped(SGD(0.1), d),
    "gradient of Adam": lambda d: stepped(Adam(0.1), d),
    "vector": lambda d: Parameters({"b": (4,)}, np.asanyarray(d)).vector,
}
D = np.array([4.0, 2.0, 1.0, 0.5])


def set_parameter(x):
    params = Parameters.zeros({"W": (12, 4)})
    params["W"] = x
    return params.vector


def stepped(optimizer, gradient):
    vector = np.ones(4)
    optimizer.update(vector, gradient, optimizer.init(vector))
    return vector


class Frame:
    """What a data frame is to NumPy: it iterates over names, and becomes an array when asked."""

    def __init__(self, columns):
        self._data = columns

    columns = property(lambda self: list(self._data))
    shape = property(lambda self: (len(self), len(self._data)))

    def __len__(self):
        return len(next(iter(self._data.values())))

    def __iter__(self):
        return iter(self._data)

    def __getitem__(self, name):
        return self._data[name]

    def to_numpy(self):
        kinds = {column.dtype for column in self._data.values()}
        dtype = kinds.pop() if len(kinds) == 1 else object
        return np.column_stack([c.astype(dtype) for c in self._data.values()])


class ArrayFrame(Frame):
    def __array__(self, dtype=None, copy=None):
        return self.to_numpy().astype(dtype or self.to_numpy().dtype)


class Labelled:
    """An array with names for its axes, which knows only how to become an array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or self.values.dtype)


def frame(x, kind=ArrayFrame):
    return kind({f"c{i}": column for i, column in enumerate(x.T)})


def mixed(x):
    """A data frame with columns of several kinds, as pandas has them: together they are objects."""
    return ArrayFrame({"a": x[:, 0].astype(np.float32), "b": x[:, 1], "c": x[:, 2], "d": x[:, 3]})


def as_float32_in_a(x):
    return np.column_stack([x[:, 0].astype(np.float32), x[:, 1:]])


FORMS = {
    "frame": (frame, np.asarray),
    "frame without __array__": (lambda x: frame(x, Frame), np.asarray),
    "frame of two kinds": (mixed, as_float32_in_a),
    "labelled array": (Labelled, np.asarray),
    "list of lists": (np.ndarray.tolist, np.asarray),
    "list of rows": (list, np.asarray),
    "matrix": (lambda x: np.asmatrix(x), np.asarray),
    "Fortran": (np.asfortranarray, np.asarray),
    "big-endian": (lambda x: x.astype(">f8"), np.asarray),
    "unmasked": (np.ma.array, np.asarray),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "exercise"])
def test_samples_may_come_in_any_form(name, form):
    call, (given, same) = SAMPLES[name], form
    found, wanted = call(given(X)), call(same(X))
    if isinstance(wanted, str):
        assert found == wanted
    else:
        assert_close(found, wanted)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_read_only_array_is_enough(name):
    x = X.copy()
    x.flags.writeable = False
    SAMPLES[name](x)


def test_a_memory_map_is_enough(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for call in SAMPLES.values():
        call(mapped)


def masked(x):
    hidden = np.ma.array(x.copy(), mask=False)
    hidden[1, ...] = np.ma.masked
    hidden.data[1, ...] = 1e9
    return hidden


def refused(call, a):
    try:
        return str(call(a))
    except ValueError as error:
        return str(error)


MASKS = {
    "array": masked,
    "list of rows": lambda x: list(masked(x)),
    "list with a masked number": lambda x: [*x[:-1].tolist(), [np.ma.masked] * 4],
    "labelled array": lambda x: Labelled(masked(x)),
}


@pytest.mark.parametrize("form", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("name", SAMPLES)
def test_masked_samples_are_refused_by_name(name, form):
    assert "masked" in refused(SAMPLES[name], form(X))


@pytest.mark.parametrize("name", SQUARE)
def test_a_masked_matrix_is_refused_by_name(name):
    SQUARE[name](PHI)
    assert "masked" in refused(SQUARE[name], masked(PHI))
    assert_close(SQUARE[name](frame(PHI)), SQUARE[name](PHI))


@pytest.mark.parametrize("name", VECTOR)
def test_a_masked_vector_is_refused_by_name(name):
    VECTOR[name](D)
    assert "masked" in refused(VECTOR[name], masked(D))


@pytest.mark.parametrize(
    "corrupt", [gaussian_noise(0.1), masking_noise(0.1), salt_and_pepper(0.1), append_noise(2)]
)
def test_masked_samples_get_no_noise(corrupt):
    assert "x has masked numbers" in refused(lambda x: corrupt(rng(), x), masked(X))


def test_labels_pass_the_same_gate():
    labels, params = np.arange(12) % 3, drawn(CLASSES)
    wanted = LABELS.value(CLASSES, params, X, labels)
    assert LABELS.value(CLASSES, params, X, Labelled(labels)) == wanted
    hidden = np.ma.array(labels, mask=labels == 1)
    calls = (
        lambda t: LABELS.value(CLASSES, params, X, t),
        lambda t: train(CLASSES, LABELS, params, X, t, epochs=1, rng=rng()),
        lambda t: accuracy(CLASSES, params, X, t),
    )
    for call in calls:
        call(labels.tolist())
        assert "masked" in refused(call, hidden)


TEXT = {"size": X[:, 0], "name": np.array(["a"] * 12), "b": X[:, 1], "c": X[:, 2]}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "exercise"])
def test_a_column_of_text_is_named(name):
    with pytest.raises(TypeError, match=r"'name' \(<U1\)"):
        SAMPLES[name](ArrayFrame(TEXT))


def test_real_data_frames_do_as_the_stand_in_does():
    pandas = pytest.importorskip("pandas", reason="pandas is no part of the environment")
    real = pandas.DataFrame(X, columns=list("abcd"))
    for name, call in SAMPLES.items():
        found, wanted = call(real), call(X)
        assert found == wanted if isinstance(wanted, str) else True, name
        if not isinstance(wanted, str):
            for a, b in zip(np.atleast_1d(found), np.atleast_1d(wanted), strict=True):
                assert_close(a, b)
    real["e"] = "text"
    with pytest.raises(TypeError, match="'e'"):
        covariance(real)


NUMBERS = rng().integers(100, size=(12, 4))
NUMBERS[:, 0], NUMBERS[0, :2] = 60, (0, 90)  # as bool no sample and no column is of one kind
NOT_FOR_THEM = {
    *("exercise", "activation", "Parameters.of"),  # keep the type, or refuse all but two
    *("kl_divergence", "kl_slope", "log_variance", "rate_distortion"),  # infinite for such numbers
}
SMALL = {
    **{kind: NUMBERS.astype(kind) for kind in ("int8", "int16", "uint16", "uint64")},
    "bool": NUMBERS > 50,
    "float16": (16 * NUMBERS).astype(np.float16),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("x", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in NOT_FOR_THEM])
def test_nothing_is_computed_in_a_type_that_overflows(name, x):
    """100 ** 2 is 16 in int8, -1 is 65535 in uint16, and 1600 ** 2 infinite in float16."""
    try:
        wanted = SAMPLES[name](x.astype(float))
    except ValueError as refusal:
        with pytest.raises(ValueError, match=str(refusal)[:12]):
            SAMPLES[name](x)
        return
    found = SAMPLES[name](x)
    if isinstance(wanted, str):
        assert found == wanted
    else:
        assert_close(found, wanted)


# uint8

DARK = {
    "a mask": (rng().random((12, 4)) < 0.5).astype(np.uint8),
    "digits from 0 to 16": rng().integers(17, size=(12, 4), dtype=np.uint8),
    "up to 31": np.full((12, 4), 31, np.uint8) * np.eye(12, 4, dtype=np.uint8),
}
LIT = {
    "one bright value": np.eye(12, 4, dtype=np.uint8) * 40,
    "all black": np.zeros((12, 4), np.uint8),
    "grey": rng().integers(256, size=(12, 4), dtype=np.uint8),
}
READS_GREY = (
    "covariance", "covariance of chunks", "moments", "Moments.of", "PCA.fit", "PCA.fit of chunks",
    "PCA.transform", "PCA.inverse_transform", "PCA.reconstruct", "ZCAWhitening.fit",
    "whitening, transform", "whitening, inverse_transform", "remove_dc", "forward", "encode",
    "value", "gradient", "target", "train", "train, target", "minimize", "minimize, target",
    "pretrain", "check_gradient", "mean_bias", "accuracy", "entropy", "jacobians", "denoiser_score",
    "power_spectra", "projection_error", "mixture", "image_rows",
    "its density", "memories", "remembered", "probability_flow", "frechet_distance",
    "precision_recall", "nearest_distances",
)  # fmt: skip


@pytest.mark.parametrize("name", READS_GREY)
@pytest.mark.parametrize("x", DARK.values(), ids=DARK)
def test_numbers_that_are_hardly_grey_values_are_warned_of(name, x):
    with pytest.warns(UserWarning, match=r"is uint8 with numbers up to \d+, .*astype\(float\)"):
        SAMPLES[name](x)


@pytest.mark.parametrize("name", READS_GREY)
@pytest.mark.parametrize("x", LIT.values(), ids=LIT)
def test_grey_values_pass_without_a_word(name, x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SAMPLES[name](x)


@pytest.mark.parametrize("name", READS_GREY)
def test_true_is_1(name):
    assert_same = SAMPLES[name](DARK["a mask"].astype(bool)), SAMPLES[name](DARK["a mask"] * 1.0)
    assert str(assert_same[0]) == str(assert_same[1])


def test_the_whole_decides_and_not_a_batch_or_a_chunk():
    x = np.zeros((200, 4), np.uint8)
    x[:150] = 7
    x[150:] = 200
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(NET, J, PARAMS, x, x, epochs=1, rng=rng(), batch_size=1)
        covariance([x[:100], x[100:]])
        pretrain(NET.encoder, J, x, epochs=1, rng=rng(), batch_size=1)
    with pytest.warns(UserWarning, match="up to 7"):
        covariance([x[:100], x[100:150]])
    assert_close(
        train(NET, J, PARAMS, x, epochs=2, rng=rng(), optimizer=SGD(0.1))[0].vector,
        train(NET, J, PARAMS, x / 255, epochs=2, rng=rng(), optimizer=SGD(0.1))[0].vector,
    )


def test_squared_error_is_what_it_was_for_grey_targets():
    E = reconstruction(squared_error)
    assert_close(E.value(NET, PARAMS, X, LIT["grey"]), E.value(NET, PARAMS, X, LIT["grey"] / 255))
