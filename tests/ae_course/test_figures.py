"""A figure shows itself as a picture and as its data, and a change of the data changes the text."""

import re
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers import assert_close, samples
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ae_course import figures
from ae_course.figures import Figure, curves, describe, mosaic, panels
from tools.tolerance import text_difference

IMAGES = samples(60, 784)
CURVE = samples(1, 200)[0]


def axes():
    """One pair of axes to draw on, whose figure is `.figure`."""
    _, ((only,),) = panels()
    return only


def drawn(draw, *data):
    """Describe what a call draws on axes."""
    on = axes()
    draw(on, *data)
    return describe(on.figure)


def error_bars(on, x, y):
    on.errorbar(x, y, yerr=0.1)


# What can be drawn, with data of which any number may be changed.
ARTISTS = {
    "curve": (lambda on, x, y: on.plot(x, y), CURVE[:9], CURVE[10:19]),
    "long curve": (lambda on, y: on.plot(y), CURVE),
    "logarithmic curve": (lambda on, x, y: on.loglog(x, y), CURVE[:9], CURVE[10:19]),
    "points": (lambda on, x, y: on.scatter(x, y), CURVE[:9], CURVE[10:19]),
    "one point": (lambda on, x, y: on.scatter(x, y), CURVE[:1], CURVE[1:2]),
    "many points": (lambda on, x, y: on.scatter(x, y), CURVE[:99], CURVE[100:199]),
    "coloured points": (lambda on, c: on.scatter(range(9), range(9), c=c), CURVE[:9]),
    "bars": (lambda on, x, y: on.bar(x, y, width=0.1), CURVE[:9], CURVE[10:19]),
    "lying bars": (lambda on, x, y: on.barh(x, y, height=0.1), CURVE[:9], CURVE[10:19]),
    "area": (lambda on, y, z: on.fill_between(range(9), y, z), CURVE[:9], 2 + CURVE[:9]),
    "vertical lines": (lambda on, x: on.vlines(x, 0, 1), CURVE[:9]),
    "level": (lambda on, y: on.axhline(y[0]), CURVE[:1]),
    "band": (lambda on, y: on.axvspan(y[0], 2 + y[1]), CURVE[:2]),
    "error bars": (error_bars, CURVE[:9], CURVE[10:19]),
    "image": (lambda on, z: on.imshow(z), IMAGES[0].reshape(28, 28)),
    "small image": (lambda on, z: on.imshow(z), IMAGES[0, :25].reshape(5, 5)),
    "mesh": (lambda on, z: on.pcolormesh(z), IMAGES[0].reshape(28, 28)),
    "text": (lambda on, at: on.text(at[0], at[1], "here"), CURVE[:2]),
    "mosaic": (lambda on, z: figures.draw_mosaic(on, z, columns=8), IMAGES),
}
every_artist = pytest.mark.parametrize(
    ("draw", "data"), [(draw, data) for draw, *data in ARTISTS.values()], ids=ARTISTS
)


@every_artist
def test_the_same_data_give_the_same_text(draw, data):
    assert drawn(draw, *data) == drawn(draw, *data)


@every_artist
def test_a_change_of_any_one_number_changes_the_text_beyond_tolerance(draw, data):
    before, rng = drawn(draw, *data), np.random.default_rng(0)
    for which in range(len(data)):
        for place in rng.integers(data[which].size, size=2):
            changed = [array.copy() for array in data]
            changed[which].flat[place] += 0.05
            assert text_difference(before, drawn(draw, *changed))


@every_artist
def test_rounding_changes_the_text_within_tolerance(draw, data):
    rng = np.random.default_rng(0)
    rounded = [array * (1 + 1e-14 * rng.normal(size=array.shape)) for array in data]
    assert text_difference(drawn(draw, *data), drawn(draw, *rounded)) is None


def test_two_pixels_that_change_places_change_the_text():
    swapped = IMAGES.copy()
    swapped[0, [300, 301]] = swapped[0, [301, 300]]
    assert text_difference(*(drawn(ARTISTS["mosaic"][0], z) for z in (IMAGES, swapped)))


def test_a_gap_that_moves_changes_the_text():
    gaps = np.ones((2, 100))
    gaps[0, 20] = gaps[1, 30] = np.nan
    assert text_difference(*(drawn(lambda on, y: on.plot(y), y) for y in gaps))


def test_an_image_without_any_number_can_be_described():
    assert "no finite numbers" in drawn(lambda on: on.imshow(np.full((9, 9), np.nan)))


def test_titles_labels_and_words_are_in_the_text():
    on = axes()
    on.plot([1, 2], label="error")
    on.set(title="Learning", xlabel="epoch", ylabel="E (nats)")
    on.text(0.5, 1.5, "the floor")
    text = describe(on.figure)
    assert "axes 1: Learning | epoch | E (nats)" in text
    assert "curve 'error' 2x2: 0.0000000 1.0000000 1.0000000 2.0000000" in text
    assert "text 'the floor' at 0.50000000 1.5000000" in text


def test_every_panel_is_in_the_text():
    figure, all_axes = panels(2, 3)
    assert all_axes.shape == (2, 3)
    assert [f"axes {i}: " in describe(figure) for i in range(1, 8)] == [True] * 6 + [False]


def test_what_differs_from_machine_to_machine_is_left_out():
    on = axes()
    on.plot(CURVE[:5], label="rounding", gid=figures.MACHINE_DEPENDENT)
    on.plot([3, 4])
    text = describe(on.figure)
    assert "curve 'rounding' 5x2: machine-dependent, not compared" in text
    assert "3.0000000 1.0000000 4.0000000" in text
    assert f"{CURVE[0]:#.8g}" not in text


def test_a_figure_shows_itself_as_a_picture_of_the_size_announced_and_as_text():
    figure, _ = panels(width=4, height=2.5)
    bundle, metadata = figure._repr_mimebundle_()
    assert set(bundle) == {"image/png", "image/svg+xml", "text/plain"}
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert struct.unpack(">II", bundle["image/png"][16:24]) == (4 * 160, 2.5 * 160)
    assert metadata == {"image/png": {"width": 4 * 96, "height": 2.5 * 96}}
    assert bundle["text/plain"] == describe(figure)


def test_lines_are_drawn_as_lines_where_the_points_are_and_letters_as_their_shapes():
    figure = curves({"a": [0, 1, 4]}, xlabel="x", ylabel="$y^2$")
    root = ElementTree.fromstring(figure._repr_mimebundle_()[0]["image/svg+xml"])
    assert root.tag.endswith("svg")
    assert (root.get("width"), root.get("height")) == ("576pt", "216pt")
    path, _ = (e.get("d") for e in root.iter() if "stroke: #0072b2" in e.get("style", ""))
    at = np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", path), float)
    points = figure.axes[0].transData.transform([[0, 0], [1, 1], [2, 4]]) * 72 / figure.dpi
    np.testing.assert_allclose(at, [0, 216] + points * [1, -1], atol=0.02)
    words = ElementTree.tostring(root, "unicode")
    assert "<text" not in words
    assert not re.search("<!|metadata|dc:|font", words)


def test_the_picture_has_the_same_bytes_each_time():
    pictures = [curves({"a": CURVE}, xlabel="x", ylabel="y")._repr_mimebundle_() for _ in "12"]
    assert pictures[0] == pictures[1]


def test_figures_leave_matplotlib_s_settings_as_they_were():
    before = dict(figures.mpl.rcParams)
    curves({"a": CURVE}, xlabel="x", ylabel="y")._repr_mimebundle_()
    assert dict(figures.mpl.rcParams) == before


def test_curves_are_drawn_over_their_numbers_or_over_x():
    lines = {"a": [1, 2, 3], "b": [3, 2, 1]}
    plain, over_x = (
        curves(lines, x, xlabel="x", ylabel="y", yscale="log") for x in (None, [5, 6, 8])
    )
    assert [line.get_xdata().tolist() for line in plain.axes[0].lines] == [[0, 1, 2]] * 2
    assert [line.get_xdata().tolist() for line in over_x.axes[0].lines] == [[5, 6, 8]] * 2
    assert [text.get_text() for text in plain.axes[0].get_legend().texts] == ["a", "b"]
    assert (plain.axes[0].get_yscale(), plain.axes[0].get_xlabel()) == ("log", "x")


def test_a_legend_has_no_frame():
    assert not curves({"a": [1]}, xlabel="x", ylabel="y").axes[0].get_legend().get_frame_on()


def test_curves_differ_in_colour_and_in_dashes():
    lines = {str(i): [i] for i in range(len(figures.COLOURS))}
    drawn_lines = curves(lines, xlabel="x", ylabel="y").axes[0].lines
    assert len({line.get_color() for line in drawn_lines}) == len(lines)
    assert len({str(line._unscaled_dash_pattern) for line in drawn_lines}) == len(lines)


def test_a_mosaic_lays_images_out_row_by_row_with_gaps_between():
    laid = mosaic(np.arange(1, 13).reshape(3, 4), columns=2)
    nan = np.nan
    wanted = [
        [1, 2, nan, 5, 6],
        [3, 4, nan, 7, 8],
        [nan, nan, nan, nan, nan],
        [9, 10, nan, nan, nan],
        [11, 12, nan, nan, nan],
    ]
    np.testing.assert_array_equal(laid, wanted)


def test_a_mosaic_takes_images_that_are_not_square():
    laid = mosaic(np.arange(12).reshape(2, 6), columns=2, shape=(2, 3))
    np.testing.assert_array_equal(laid[0], [0, 1, 2, np.nan, 6, 7, 8])


@pytest.mark.parametrize(("pixels", "shape"), [(7, None), (6, (2, 2))])
def test_images_of_another_shape_are_named(pixels, shape):
    with pytest.raises(ValueError, match=f"images of {pixels} pixels do not have the shape"):
        mosaic(np.ones((2, pixels)), columns=2, shape=shape)


def test_grey_values_are_drawn_as_their_255th_parts():
    grey = np.random.default_rng(0).integers(256, size=(3, 4), dtype=np.uint8)
    found = [figures.image_rows({"a": rows}).axes[0].images[0] for rows in (grey, grey / 255)]
    assert_close(found[0].get_array().filled(0), found[1].get_array().filled(0))
    assert found[0].get_clim() == (0, 1)


def test_rows_of_images_carry_their_labels():
    figure = figures.image_rows({"input": samples(3, 4), "output": samples(3, 4)})
    assert [on.get_ylabel() for on in figure.axes] == ["input", "output"]


@pytest.mark.parametrize("label", ["in", "a label far longer than images are wide"])
def test_the_label_of_a_row_stays_on_the_paper_however_wide_its_place(label):
    figure, axes = figures.panels(3, 1, width=6, height=2)
    for ax in axes[:, 0]:
        figures.draw_mosaic(ax, samples(2, 4), columns=2)
        figures.name_row(ax, label)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    paper = canvas.get_renderer()
    for ax in axes[:, 0]:
        words, images = (part.get_window_extent(paper) for part in (ax.yaxis.label, ax.images[0]))
        assert 0 < words.x0 < words.x1 < images.x0 < figure.bbox.x1


def test_every_filter_is_scaled_by_its_largest_weight_and_an_empty_one_is_blank():
    W = np.array([[1, -2, 0.5, 0], [0, 0, 0, 0], [1e-9, 0, 0, 0]])
    _, ((axes,),) = figures.panels()
    image = figures.draw_filters(axes, W, columns=3)
    np.testing.assert_array_equal(image.get_array().filled(9)[0], [0.5, -1, 9, 0, 0, 9, 1, 0])
    assert image.get_clim() == (-1, 1)


def test_the_anatomy_has_a_column_for_each_network_and_the_images_above_the_outputs():
    W, W_, Y, images = samples(9, 4), samples(4, 9), samples(6, 9), samples(3, 4, seed=5)
    outputs = samples(3, 4, seed=7)
    networks = {"first": (W, W_, Y, outputs), "second": (2 * W, W_, 0 * Y, outputs)}
    figure = figures.anatomy(networks, images, columns=2)
    shown = [on.images[0].get_array().filled(9) for on in figure.axes]
    titles = [on.get_title() for on in figure.axes]
    assert titles == ["first", "second", *[""] * 6]
    assert_close(shown[0], shown[1])  # each filter has its own scale
    filters = W[:4] / W[:4].max(axis=1, keepdims=True)
    assert_close(shown[0], np.nan_to_num(mosaic(filters, 2), nan=9))
    features = W_.T[:4] / W_.T[:4].max(axis=1, keepdims=True)
    assert_close(shown[2], np.nan_to_num(mosaic(features, 2), nan=9))
    assert_close(shown[4], Y)
    assert not shown[5].any()
    pairs = np.vstack([images[:2], outputs[:2]])
    assert_close(shown[6], np.nan_to_num(mosaic(pairs, 2), nan=9))
    assert [on.get_ylabel() for on in figure.axes[::2]] == [
        "filters",
        "features",
        "6 codes",
        "in, out",
    ]


def test_a_dissection_shows_the_code_and_the_features_that_contribute_most():
    y, W_ = np.array([0.1, -3, 0, 2]), np.roll(np.eye(4) * [100, 1, 1, 2], 1, axis=0)
    x, x_hat = samples(2, 4)
    figure = figures.dissections({"mine": (y, W_, x_hat)}, x, strongest=3)
    lines = figure.axes[1].collections[0].get_segments()
    assert_close([segment[1][1] for segment in lines], y)
    titles = ["input", "mine", "0.10", "2.00", "-3.00", "output"]
    assert [on.get_title() for on in figure.axes] == titles
    for on, unit in zip(figure.axes[2:5], (0, 3, 1), strict=True):
        drawn_feature = on.images[0].get_array().filled(9)
        assert_close(drawn_feature, np.nan_to_num(mosaic(np.eye(4)[[(unit + 1) % 4]], 1), nan=9))
    for on, image in ((figure.axes[0], x), (figure.axes[5], x_hat)):
        assert_close(on.images[0].get_array().filled(9).ravel(), image)


def test_a_figure_needs_no_window_and_no_pyplot():
    figure = curves({"a": CURVE}, xlabel="x", ylabel="y")
    assert isinstance(figure, Figure)
    assert figure.canvas.manager is None
