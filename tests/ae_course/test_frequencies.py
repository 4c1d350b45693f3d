"""Spectra tell how fine a pattern is, and whether it has a direction."""

import numpy as np
import pytest
from helpers import assert_close, samples

from ae_course.frequencies import frequencies, orientation, power_spectra, radial_mean

down, across = np.mgrid[:12, :12]


def grating(cycles_down, cycles_across, side=12, phase=0.3):
    turns = (cycles_down * down + cycles_across * across) / side
    return np.cos(2 * np.pi * turns + phase).ravel()


@pytest.mark.equation("eq-power", by="ae_course.frequencies.power_spectra")
@pytest.mark.parametrize("size", [4, 7])
def test_the_power_is_the_squared_sum_over_pixels_times_waves(size):
    images = samples(2, 16) - 0.5
    f = frequencies(size)
    found = power_spectra(images, size)
    for image, power in zip(images, found, strict=True):
        for k in np.ndindex(size, size):
            terms = [
                image[4 * r + c] * np.exp(-2j * np.pi * (f[0][k] * r + f[1][k] * c))
                for r in range(4)
                for c in range(4)
            ]
            assert abs(power[k] - abs(sum(terms)) ** 2) < 1e-10


def test_the_power_sums_to_the_squared_length():
    images = samples(3, 64)
    assert_close(power_spectra(images).sum(axis=(1, 2)) / 64, (images**2).sum(axis=1))


def test_a_grating_has_its_power_at_its_own_frequency():
    power = power_spectra(grating(2, 3)[None])[0]
    peaks = np.argwhere(power > 1e-8 * power.max())
    assert peaks.tolist() == [[2, 3], [10, 9]]
    assert_close(np.abs(frequencies(12)[:, 2, 3]), [2 / 12, 3 / 12])


def test_the_radial_mean_averages_rings():
    rng = np.random.default_rng(0)
    power = rng.random((9, 9))
    frequency, mean = radial_mean(power)
    assert_close(frequency, np.arange(1, 5) / 9)
    radius = np.sqrt(sum(np.square(frequencies(9))))
    for f, value in zip(frequency, mean, strict=True):
        ring = np.abs(radius - f) < 0.5 / 9
        assert_close(value, power[ring].mean())


def test_the_radial_mean_of_a_law_of_the_radius_is_the_law():
    radius = np.hypot(*frequencies(200))
    frequency, mean = radial_mean(1 / np.maximum(radius, 1e-3) ** 2)
    np.testing.assert_allclose(mean[10:], frequency[10:] ** -2.0, rtol=0.02)


@pytest.mark.equation("eq-orientation", by="ae_course.frequencies.orientation")
def test_the_orientation_is_the_length_of_the_mean_doubled_direction():
    filters = samples(3, 25) - 0.4
    f = frequencies(21)
    for found, power in zip(orientation(filters), power_spectra(filters, 21), strict=True):
        # Without an angle: e^{2 i theta} = (a + i b)^2 / (a^2 + b^2) for the direction (a, b).
        a, b = f[0].ravel()[1:], f[1].ravel()[1:]
        A = power.ravel()[1:]
        real, imaginary = A @ ((a * a - b * b) / (a * a + b * b)), A @ (2 * a * b / (a * a + b * b))
        assert_close(found, np.hypot(real, imaginary) / A.sum())


@pytest.mark.parametrize("cycles", [(0, 3), (3, 0), (2, 3), (-2, 3), (4, 4)])
def test_a_grating_has_a_direction(cycles):
    assert orientation(grating(*cycles)[None]) > 0.7


def test_a_spot_and_a_constant_have_none():
    spot = np.exp(-((down - 5.5) ** 2 + (across - 5.5) ** 2) / 4).ravel()
    assert orientation(np.stack([spot, np.ones(144)])).max() < 1e-12


def test_two_crossed_gratings_cancel():
    crossed = grating(0, 3) + grating(3, 0)
    assert orientation(crossed[None]) < 0.01


def test_turning_scaling_and_negating_a_filter_change_nothing():
    filters = samples(4, 36) - 0.5
    turned = np.rot90(filters.reshape(4, 6, 6), axes=(1, 2)).reshape(4, 36)
    for other in (turned, -3 * filters, filters.reshape(4, 6, 6).swapaxes(1, 2).reshape(4, 36)):
        assert_close(orientation(other), orientation(filters))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="images of 15 pixels are not square"):
        power_spectra(samples(2, 15))
    with pytest.raises(ValueError, match=r"size is 3, wanted a whole number, 4 or more"):
        power_spectra(samples(2, 16), 3)
    with pytest.raises(ValueError, match="a filter is zero everywhere"):
        orientation(np.zeros((1, 16)))
    with pytest.raises(ValueError, match=r"filters\[0, 0\] is nan"):
        orientation(np.full((1, 16), np.nan))
    with pytest.raises(ValueError, match=r"filters has shape \(16,\), wanted \(samples, columns\)"):
        orientation(np.ones(16))
    for shape in ((4, 6), (2, 2)):
        with pytest.raises(ValueError, match=r"power has shape .*, wanted a square, 3 x 3 or more"):
            radial_mean(np.ones(shape))


def test_grey_values_are_read_as_0_to_1():
    grey = np.random.default_rng(0).integers(256, size=(2, 16), dtype=np.uint8)
    assert_close(power_spectra(grey), power_spectra(grey / 255))


def test_a_step_has_less_than_a_full_direction_and_noise_nearly_none():
    step = np.where(across < 6, -1.0, 1.0).ravel()
    noise = np.random.default_rng(0).normal(size=(200, 144))
    assert 0.5 < orientation(step[None]) < 0.65
    assert orientation(noise).mean() < 0.15


def test_the_eigenvalue_of_a_grating_is_its_mean_power_over_the_number_of_pixels():
    # All shifts of some pictures on a torus: statistics that are the same at every place.
    pictures = [p.reshape(4, 4) for p in samples(3, 16)]
    shifts = np.ndindex(4, 4)
    X = np.array([np.roll(p, s, (0, 1)).ravel() for s in shifts for p in pictures])
    X = X - X.mean(axis=0)
    eigenvalues = np.linalg.eigvalsh(np.cov(X, rowvar=False, bias=True))
    wanted = np.sort(power_spectra(X).mean(axis=0).ravel()) / 16
    np.testing.assert_allclose(eigenvalues, wanted, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-170, 1e160])
def test_the_orientation_of_a_filter_is_the_same_in_any_unit(scale):
    filters = np.random.default_rng(0).normal(size=(3, 64))
    np.testing.assert_allclose(orientation(scale * filters), orientation(filters), rtol=1e-9)
