"""The data are the ones that everybody knows, and a damaged file is noticed."""

import hashlib
from importlib import resources

import numpy as np
import pytest

from ae_course import datasets
from ae_course.datasets import DataError, mnist, natural_images, natural_patches

FILES = resources.files("ae_course") / "data"

# The sums of the decompressed files that its authors published, in the IDX format.
OFFICIAL = {
    ("train", "images"): "6bbc9ace898e44ae57da46a324031adb",
    ("train", "labels"): "a25bea736e30d166cdddb491f175f624",
    ("test", "images"): "2646ac647ad5339dbf082846283269ea",
    ("test", "labels"): "27ae3e4e09519cfbb04c329615203637",
}


@pytest.mark.parametrize(("split", "part"), OFFICIAL)
def test_mnist_is_the_published_one_to_the_last_byte(split, part):
    array = getattr(mnist(split), part)
    sizes = [len(array), 28, 28] if part == "images" else [len(array)]
    header = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    assert hashlib.md5(header + array.tobytes()).hexdigest() == OFFICIAL[split, part]


@pytest.mark.parametrize(("split", "total"), [("train", 60_000), ("test", 10_000)])
def test_digits_are_rows_of_grey_values_with_a_label_each(split, total):
    digits = mnist(split)
    assert (digits.images.shape, digits.labels.shape) == ((total, 784), (total,))
    assert digits.images.dtype == digits.labels.dtype == np.uint8
    assert (digits.images.min(), digits.images.max()) == (0, 255)


def test_the_classes_have_the_published_sizes():
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(mnist().labels).tolist() == train
    assert np.bincount(mnist("test").labels).tolist() == test


def test_a_drawn_digit_is_one_of_the_whole_with_its_own_label_and_comes_once():
    drawn, whole = mnist("test", n=500, seed=4), mnist("test")
    place = {image.tobytes(): i for i, image in enumerate(whole.images)}
    found = [place[image.tobytes()] for image in drawn.images]
    assert len(set(found)) == 500
    assert np.abs(np.histogram(found, 5, (0, 10_000))[0] - 100).max() < 40  # from everywhere
    assert (whole.labels[found] == drawn.labels).all()


def test_all_digits_can_be_drawn():
    assert np.bincount(mnist("test", n=10_000).labels)[5] == 892


def test_draws_of_two_sizes_have_digits_in_common():
    some, more = ({*map(bytes, mnist(n=n).images)} for n in (2_000, 3_000))
    assert some & more  # so that one cannot be held out of the other unseen


def test_photographs_have_the_documented_form():
    images, names = natural_images()
    assert (images.shape, images.dtype) == ((8, 256, 256), np.uint8)
    assert images.reshape(8, -1).std(axis=1).min() > 5
    wanted = {"camera", "chelsea", "coffee", "astronaut", "rocket", "grass", "gravel", "brick"}
    assert set(names.tolist()) == wanted


def test_a_drawn_photograph_keeps_its_name():
    whole = dict(zip(natural_images().names.tolist(), natural_images().images, strict=True))
    drawn = natural_images(n=3, seed=1)
    assert len(set(drawn.names.tolist())) == 3
    for image, name in zip(*drawn, strict=True):
        assert (image == whole[name]).all()


@pytest.mark.parametrize("size", [1, 8, 13, 256])
def test_patches_occur_in_the_photographs(size):
    patches, images = natural_patches(5, size), natural_images().images
    assert (patches.shape, patches.dtype) == ((5, size * size), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    for patch in patches.reshape(5, size, size):
        starts = windows[windows[..., 0, 0] == patch[0, 0]]  # most places differ in the first pixel
        assert (starts == patch).all(axis=(1, 2)).any()


def test_patches_come_from_everywhere():
    corners = {tuple(patch[:9]) for patch in natural_patches(300, size=255)}
    assert len(corners) == 8 * 2 * 2


LOADERS = {
    "mnist": lambda **options: mnist("test", **options).images,
    "natural_images": lambda **options: natural_images(**options).images,
    "natural_patches": natural_patches,
}
every_loader = pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)


@every_loader
def test_the_same_n_and_seed_give_the_same_samples_and_others_do_not(load):
    assert (load(n=5, seed=3) == load(n=5, seed=3)).all()
    assert (load(n=5, seed=3) != load(n=5, seed=4)).any()


@every_loader
@pytest.mark.parametrize("n", [0, -1, 2.5, True, "5"])
def test_an_n_that_is_no_number_of_samples_is_named(load, n):
    with pytest.raises(ValueError, match=rf"n is {n!r}, wanted a whole number, 1 "):
        load(n=n)


@every_loader
@pytest.mark.parametrize("seed", [None, -1, 2.5, True, "5", np.random.default_rng(0)])
def test_only_a_whole_number_is_a_seed(load, seed):
    with pytest.raises(ValueError, match=r"seed is .*, wanted a whole number, 0 or more"):
        load(n=3, seed=seed)


@pytest.mark.parametrize("whole", [mnist, natural_images])
def test_a_wrong_seed_is_told_even_where_nothing_is_drawn(whole):
    with pytest.raises(ValueError, match="seed is '5', wanted a whole number, 0 or more"):
        whole(seed="5")


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (lambda: mnist("val"), "split is 'val', wanted 'train' or 'test'"),
        (lambda: mnist(n=60_001), "n is 60001, wanted a whole number, 1 to 60000"),
        (lambda: mnist("test", n=10_001), "n is 10001, wanted a whole number, 1 to 10000"),
        (lambda: natural_images(n=9), "n is 9, wanted a whole number, 1 to 8"),
        (lambda: natural_patches(size=257), "size is 257, wanted a whole number, 1 to 256"),
        (lambda: natural_patches(size=0), "size is 0, wanted a whole number, 1 to 256"),
        (lambda: natural_patches(size=2.5), "size is 2.5, wanted a whole number, 1 to 256"),
    ],
)
def test_an_argument_out_of_range_is_named(load, message):
    with pytest.raises(ValueError, match=message):
        load()


@pytest.mark.parametrize("array", [*mnist(), *mnist("test"), *natural_images()])
def test_what_is_shared_cannot_be_written_to(array):
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """Give a function that puts other bytes in the place of the photographs' file."""

    def put(content):
        (tmp_path / "data").mkdir()
        if content is not None:
            (tmp_path / "data" / "natural_images.npz").write_bytes(content)

    monkeypatch.setattr(datasets.resources, "files", lambda package: tmp_path)
    monkeypatch.setattr(datasets, "_read", datasets._read.__wrapped__)  # nothing is remembered
    return put


def test_the_same_bytes_in_another_place_are_read(damaged):
    damaged((FILES / "natural_images.npz").read_bytes())
    assert len(natural_images().images) == 8


@pytest.mark.parametrize("place", [0, 1000, 200_000, -1])
def test_a_single_changed_bit_is_noticed(damaged, place):
    content = bytearray((FILES / "natural_images.npz").read_bytes())
    content[place] ^= 1
    damaged(content)
    wanted = datasets.SHA256["natural_images.npz"]
    message = rf"natural_images\.npz is damaged: its 392030 bytes have .* \w{{64}}, wanted {wanted}"
    with pytest.raises(DataError, match=message):
        natural_images()


@pytest.mark.parametrize("length", [0, 1, 391_000])
def test_a_truncated_file_is_noticed(damaged, length):
    damaged((FILES / "natural_images.npz").read_bytes()[:length])
    with pytest.raises(DataError, match=f"damaged: its {length} bytes .* install the package"):
        natural_patches()


def test_a_missing_file_is_named(damaged):
    damaged(None)
    with pytest.raises(DataError, match=r"the data file natural_images\.npz cannot be read: "):
        natural_images()
