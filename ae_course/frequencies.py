r"""A picture is a sum of gratings, fine and coarse; how much of each tells what a filter sees.

The spatial frequency of a grating is how many periods it has per pixel: 0 is a constant, 1/2, along
an axis, the finest that pixels can show.
"""

import numpy as np

from ae_course.checks import as_finite, as_rows, check_integer


def power_spectra(images: np.ndarray, size: int | None = None) -> np.ndarray:
    r"""The squared amplitudes of the gratings of which square images are made.

    :math:`A_k = \lvert \sum_r x_r\, \mathrm{e}^{-2 \pi \mathrm{i} \nu_k \cdot r} \rvert^2`
    (:eq:`eq-power`), r running over the pixels.

    Parameters
    ----------
    images : array (n, side * side)
        One image, or filter, a row; uint8 is read as 0 to 1.
    size : int, optional
        How many frequencies along each axis, at least the side, which is the default. More of them
        sample the same spectrum more finely.

    Returns
    -------
    array (n, size, size)
        In the order of :func:`frequencies`.

    Examples
    --------
    Stripes of one pixel: the constant, and the finest grating across.

    >>> power_spectra([[0, 1, 0, 1]])[0].tolist()
    [[4.0, 4.0], [0.0, 0.0]]
    """
    images = as_rows(images, name="images")
    side = round(images.shape[1] ** 0.5)
    if side**2 != images.shape[1]:
        raise ValueError(f"images of {images.shape[1]} pixels are not square")
    size = side if size is None else size
    check_integer("size", size, least=side)
    return np.abs(np.fft.fft2(images.reshape(-1, side, side), (size, size))) ** 2


def frequencies(size: int) -> np.ndarray:
    """The frequencies of a spectrum, in periods per pixel: array (2, size, size), down and across.

    They lie between -1/2 and 1/2. For an even size -1/2 is among them; 1/2 never is.

    >>> frequencies(4)[1, 0].tolist()
    [0.0, 0.25, -0.5, -0.25]
    """
    check_integer("size", size, least=1)
    along = np.fft.fftfreq(size)
    return np.stack(np.meshgrid(along, along, indexing="ij"))


def radial_mean(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average a spectrum (size, size) over all directions.

    Returns
    -------
    frequency : array
        1, 2, ... up to less than size/2, over size: the middles of rings of width 1/size.
    mean : array
        Of the power over each ring.

    Examples
    --------
    >>> frequency, mean = radial_mean(np.arange(9).reshape(3, 3))
    >>> frequency.round(3).tolist(), mean.tolist()
    ([0.333], [4.5])
    """
    power = as_finite(power, "power")
    size = len(power)
    if power.shape != (size, size) or size < 3:
        raise ValueError(f"power has shape {power.shape}, wanted a square, 3 x 3 or more")
    ring = np.rint(size * np.hypot(*frequencies(size))).astype(int).ravel()
    sums, counts = np.bincount(ring, power.ravel()), np.bincount(ring)
    rings = np.arange(1, (size + 1) // 2)
    return rings / size, sums[rings] / counts[rings]


def orientation(filters: np.ndarray) -> np.ndarray:
    r"""Whether the gratings of a filter have one direction: from 0, none, to 1, a single one.

    :math:`\lvert \sum_k A_k\, \mathrm{e}^{2 \mathrm{i} \theta_k} \rvert / \sum_k A_k`
    (:eq:`eq-orientation`), where :math:`\theta_k` is the direction of the frequency
    :math:`\nu_k \ne 0`. Its double counts, since a grating turned by half a circle is the same. The
    sum runs over 4 side + 1 frequencies along each axis. A patch is a window, which spreads every
    grating a little, so that filters stay below 1: a straight step has about 0.55, white noise 0.1.

    Parameters
    ----------
    filters : array (n, side * side)
        One filter a row, none of them constant zero.

    Returns
    -------
    array (n,)

    Examples
    --------
    A bar, and the same bar in a corner, which has two directions:

    >>> bar, corner = np.zeros((2, 8, 8))
    >>> bar[:, 3:5] = 1
    >>> corner[:, 3:5] = corner[3:5] = 1
    >>> bool(orientation([bar.ravel()])[0] > 0.5 > 0.1 > orientation([corner.ravel()])[0])
    True
    """
    filters = as_finite(filters, "filters")
    largest = np.abs(filters).max(axis=1, keepdims=True)
    if not largest.all():
        raise ValueError("a filter is zero everywhere, wanted one that responds to something")
    # An odd size has every frequency together with its mirror image, so that turning is exact.
    power = power_spectra(filters / largest, 4 * round(filters.shape[1] ** 0.5) + 1)
    power[:, 0, 0] = 0
    turn = np.exp(2j * np.arctan2(*frequencies(power.shape[1])))
    return np.abs((power * turn).sum(axis=(1, 2))) / power.sum(axis=(1, 2))
