"""What passes for the same output, and what does not."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ae_course import figures
from tools import tolerance
from tools.tolerance import differences, picture_difference, text_difference, tolerance_of

SAME_TEXT = [
    ("loss 0.123456789", "loss 0.123456788"),
    ("loss 1.23456789e-05", "loss 1.23456788e-05"),
    ("1e-12 of 1.", "-3.1e-13 of 1.0"),  # both are zero up to rounding
    ("[-0.   0.5]", "[0.  0.5]"),  # and numpy makes room for a sign
    ("[ 0.5  1. ]", "[0.49999999999 1.        ]"),
    ("a nan, an inf, -inf", "a nan, an inf, -inf"),
    ("NaN and -Inf", "nan and -inf"),
    ("[nan 0.5]", "[   nan 0.5000]"),
    ("95.70000001 %", "95.7 %"),
    ("x=-2.50000001, (2.5)", "x=-2.5, (2.50000001)"),
    ("array([1.5, 2.5,\n       3.5])", "array([1.5, 2.5, 3.5])"),  # wrapped elsewhere
]
OTHER_TEXT = [
    ("loss 0.1234", "loss 0.1235"),
    ("loss 0.1234567", "loss 0.1234569"),
    ("loss 1.5e-05", "loss 1.5e-06"),
    ("loss 0.5", "loss -0.5"),
    ("loss 0.5", "error 0.5"),
    ("loss 0.5", "loss 0.5 now"),
    ("loss 0.5", "loss 5"),
    ("loss 0.5", "loss nan"),
    ("loss inf", "loss -inf"),
    ("loss inf", "loss 1e300"),
    ("7 epochs", "8 epochs"),
    ("60000000 samples", "60000001 samples"),
    ("7 epochs", "7.0 epochs"),
    ("float64", "float32"),
    ("W1.0", "W1.1"),
    ("v0.5a", "v0.6a"),
    ("28x28", "28x29"),
    ("[0.5 0.5]", "[0.5 0.5 0.5]"),
    ("0.5", "0.50.5"),
    ("2.5-1.5", "2.5 -1.5"),
    ("two words", "two  words"),
    ("True", "False"),
    ("0.5", ""),
]


@pytest.mark.parametrize(("stored", "computed"), SAME_TEXT)
def test_text_that_agrees(stored, computed):
    assert text_difference(stored, computed) is None
    assert text_difference(computed, stored) is None


@pytest.mark.parametrize(("stored", "computed"), OTHER_TEXT)
def test_text_that_does_not(stored, computed):
    assert text_difference(stored, computed)
    assert text_difference(computed, stored)


def test_a_cell_can_widen_its_tolerance():
    assert text_difference("accuracy 0.912", "accuracy 0.9121")
    assert text_difference("accuracy 0.912", "accuracy 0.9121", rtol=1e-3) is None
    assert tolerance_of({}) == tolerance.RTOL
    assert tolerance_of({"course": {"rtol": 1e-3}}) == 1e-3


@pytest.mark.parametrize("rtol", [0.011, 1, "1e-3", -1e-3, float("nan"), None, True])
def test_but_not_beyond_measure(rtol):
    with pytest.raises(ValueError, match=f"found rtol: {rtol}, wanted a number"):
        tolerance_of({"course": {"rtol": rtol}})


def test_a_misspelt_setting_is_refused():
    with pytest.raises(ValueError, match="found atol; settings are rtol and fold"):
        tolerance_of({"course": {"atol": 1e-3}})


def test_the_message_shows_both_values_and_their_line():
    stored = "first line 0.5\nepoch 10, loss 0.25, time 3\nlast line"
    message = text_difference(stored, stored.replace("0.25", "0.26"))
    assert message == "stored 0.25, computed 0.26, in 'epoch 10, loss 0.25, time 3'"
    message = text_difference("[0.5 1.5 2.5]", "[0.6 1.6 2.6]")
    assert message == "stored 0.5, computed 0.6 (and 2 more numbers), in '[0.5 1.5 2.5]'"
    message = text_difference(100 * "a" + "cat" + 100 * "b", 100 * "a" + "cow" + 100 * "b")
    assert "cat" in message
    assert "cow" in message
    assert len(message) < 200


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def result(metadata=None, **data):
    data = {kind.replace("_", "/"): value for kind, value in data.items()}
    return {"output_type": "execute_result", "data": data, "metadata": metadata or {}}


def test_it_does_not_matter_how_streams_are_cut():
    shown = result(text_plain="1")
    assert not differences([stream("one\ntwo\n"), shown], [stream("one\n"), shown, stream("two\n")])


@pytest.mark.parametrize(
    ("stored", "computed", "message"),
    [
        ([stream("0.5")], [stream("0.6")], "stdout: stored 0.5, computed 0.6"),
        ([], [stream("careful", "stderr")], "stored: no output; computed: stderr 'careful'"),
        ([stream("a")], [], "stored: stdout; computed: no output"),
        ([result(text_plain="1")], [result(text_html="1")], "stored: text/plain, metadata; "),
        ([result(text_plain="1")], 2 * [result(text_plain="1")], "stored: text/plain, metadata; "),
        ([result(text_plain="a")], [result(text_plain="b")], "text/plain: stored 'a'"),
        ([result(text_latex="$0.5$")], [result(text_latex="$0.6$")], "text/latex: stored 0.5"),
        (
            [result(application_json={"a": 1})],
            [result(application_json={"a": 2})],
            "application/json",
        ),
        (
            [result({"scrapbook": {"name": "ch1_error"}}, text_plain="0.5")],
            [result({"scrapbook": {"name": "ch1_loss"}}, text_plain="0.5")],
            "metadata",
        ),
    ],
)
def test_each_kind_of_output_is_compared(stored, computed, message):
    (difference,) = differences(stored, computed)
    assert difference.startswith(message)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def picture(y, title="The error falls"):
    figure = figures.curves({"error": y}, xlabel="epoch", ylabel="error", title=title)
    bundle, _ = figure._repr_mimebundle_()
    with Image.open(io.BytesIO(bundle["image/png"])) as image:
        return np.array(image)


@pytest.fixture(scope="module")
def curve():
    return np.exp(-np.arange(50) / 10) + 0.02 * np.random.default_rng(0).standard_normal(50)


def test_pictures_of_almost_the_same_data_agree(curve):
    noise = np.random.default_rng(1).standard_normal(50)
    for size in (0, 1e-10, 1e-6, 1e-4):
        close = curve * (1 + size * noise)
        assert picture_difference(png(picture(curve)), png(picture(close))) is None


def test_pictures_of_other_data_do_not(curve):
    one_sample = curve + 0.05 * (np.arange(50) == 30)
    for other in (picture(one_sample), picture(curve[::-1]), picture(curve, "The error fells")):
        assert "differ by" in picture_difference(png(picture(curve)), png(other))


@pytest.mark.parametrize(("lighter", "told"), [(2, False), (4, False), (5, True), (7, True)])
def test_a_tile_may_differ_by_as_much_as_a_smoothed_edge(curve, lighter, told):
    original = (255 * np.ones((32, 32, 3))).astype(np.uint8)
    changed = original.copy()
    changed[16:, :16] -= lighter  # three of the four channels: how opaque it is stays
    assert bool(picture_difference(png(original), png(changed))) == told


def test_nor_do_pictures_that_were_painted_over_or_cut(curve):
    original = picture(curve)
    painted = original.copy()
    painted[200:206, 300:306, :3] = 0
    assert "differ by" in picture_difference(png(original), png(painted))
    cut = picture_difference(png(original), png(original[:, :-1]))
    assert cut == "stored 1280 x 480 pixels, computed 1279 x 480"


def test_a_picture_of_rounding_errors_is_compared_in_size_alone(curve):
    def output(y, width=800):
        figure = figures.curves({"error": y}, xlabel="step", ylabel="error")
        figure.axes[0].lines[0].set_gid(figures.MACHINE_DEPENDENT)
        bundle, metadata = figure._repr_mimebundle_()
        encoded = base64.b64encode(bundle["image/png"]).decode()
        metadata["image/png"]["width"] = width
        return [result(metadata, text_plain=bundle["text/plain"], image_png=encoded)]

    assert differences(output(curve), output(curve[::-1])) == []
    (message,) = differences(output(curve), output(curve, width=801))
    assert message.startswith("metadata: stored")
