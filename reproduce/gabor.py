"""How much of a filter a Gabor function explains: a wave under a bell."""

import numpy as np
from scipy.optimize import least_squares

ORIENTATIONS, WAVELENGTHS = 6, (2.5, 4.0, 7.0)


def gabor(place, x, y):
    """The two waves, even and odd, under a bell: arrays of the form of x.

    `place` holds the middle (2 numbers), the orientation, the wavelength's logarithm, and the
    logarithms of the bell's widths along the wave and across.
    """
    cx, cy, theta, log_wave, log_along, log_across = place
    u = (x - cx) * np.cos(theta) + (y - cy) * np.sin(theta)
    v = (y - cy) * np.cos(theta) - (x - cx) * np.sin(theta)
    with np.errstate(under="ignore"):
        bell = np.exp(-((u / np.exp(log_along)) ** 2 + (v / np.exp(log_across)) ** 2) / 2)
    phase = 2 * np.pi * u / np.exp(log_wave)
    return np.stack([bell * np.cos(phase), bell * np.sin(phase)])


def explained(filters: np.ndarray, side: int) -> np.ndarray:
    """The share of each filter's variance that its best Gabor function explains, (units,).

    Filters (units, side^2). Their amplitude and phase are solved for; the other six numbers are
    fitted from several starts. What a white filter gets by chance is no small share: compare.
    """
    y, x = np.mgrid[:side, :side].astype(float)
    centred = filters - filters.mean(axis=1, keepdims=True)
    return np.array([_best(f.reshape(side, side), x, y) for f in centred])


def _best(image, x, y):
    energy, side = image**2 / (image**2).sum(), len(image)
    middle = (energy * x).sum(), (energy * y).sum()
    starts = [
        (*middle, np.pi * k / ORIENTATIONS, np.log(wave), np.log(side / 4), np.log(side / 4))
        for k in range(ORIENTATIONS)
        for wave in WAVELENGTHS
    ]
    starts.sort(key=lambda place: np.square(_rest(place, image, x, y)).sum())
    low = [-0.5, -0.5, -np.inf, np.log(2.0), np.log(0.7), np.log(0.7)]
    high = [side - 0.5, side - 0.5, np.inf, np.log(4 * side), np.log(side), np.log(side)]
    fits = [
        least_squares(
            _rest, np.clip(place, low, high), bounds=(low, high), args=(image, x, y), max_nfev=60
        )
        for place in starts[:2]
    ]
    return 1 - min(np.square(fit.fun).sum() for fit in fits) / np.square(image).sum()


def _rest(place, image, x, y):
    """What the best mixture of the two waves leaves."""
    waves = gabor(place, x, y).reshape(2, -1).T
    amplitudes = np.linalg.lstsq(waves, image.ravel(), rcond=None)[0]
    return image.ravel() - waves @ amplitudes
