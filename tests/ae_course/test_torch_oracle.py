"""PyTorch finds the same gradients and takes the same steps. It is an oracle, not a dependency."""

import re
from pathlib import Path

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, logistic, relu, softmax, tanh, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.contractive import contractive
from ae_course.losses import cross_entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.sparsity import kl_sparsity, l1_sparsity
from ae_course.tied import Tied, tie
from ae_course.variational import VariationalAutoencoder, negative_elbo

torch = pytest.importorskip("torch")
functional = torch.nn.functional

X, TARGET = samples(9, 5), samples(9, 5, seed=3)
LABELS = np.array([0, 1, 2, 2, 1, 0, 0, 1, 2])
CROSS, SQUARED = reconstruction(cross_entropy), reconstruction(squared_error)
CLASSES = reconstruction(softmax_cross_entropy)
APPLY = {identity: lambda u: u, logistic: torch.sigmoid, tanh: torch.tanh, relu: torch.relu}
DEEP = Autoencoder.folded(5, 4, 3)


def forward(net, w):
    """The output's net input and all outputs of hidden layers, in PyTorch."""
    y, hidden = torch.tensor(X), {}
    for l, layer in net.numbered():
        u = y @ w[f"W{l}"].T + w[f"b{l}"]
        y = hidden[l] = APPLY.get(layer.activation, lambda u: u)(u)
    return u, hidden


def kl(rho, y):
    """The sparse penalty, from PyTorch's own divergence of distributions."""
    wanted = torch.tensor(rho, dtype=torch.float64)
    coins = (torch.distributions.Bernoulli(p) for p in (wanted, y.mean(dim=0)))
    return torch.distributions.kl_divergence(*coins).sum()


def decay(w):
    return sum((array**2).sum() for name, array in w.items() if name.startswith("W")) / 2


def bits(u, t):
    return functional.binary_cross_entropy_with_logits(u, t, reduction="sum") / len(t)


def half_squares(y, t):
    return functional.mse_loss(y, t, reduction="sum") / 2 / len(t)


def agrees(J, net, target, in_torch):
    """Assert that value and gradient are what autograd makes of the same formula."""
    params = drawn(net)
    w = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    value = in_torch(w, *forward(net, w), torch.tensor(X if target is None else target))
    value.backward()
    found, gradient = J.value_and_gradient(net, params, X, target)
    assert_close(found, value.item())
    for name in params:
        assert_close(gradient[name], w[name].grad.numpy())


@pytest.mark.parametrize("f", [identity, logistic, tanh, relu], ids=repr)
@pytest.mark.parametrize("target", [None, TARGET], ids=["itself", "target"])
def test_autograd_agrees_about_the_cross_entropy(f, target):
    net = Autoencoder.folded(5, 4, 3, hidden=f)
    agrees(CROSS, net, target, lambda w, u, y, t: bits(u, t))


@pytest.mark.parametrize("output", [identity, logistic, tanh, relu], ids=repr)
def test_autograd_agrees_about_the_squared_error(output):
    net = Autoencoder.folded(5, 4, 3, hidden=tanh, output=output)
    agrees(SQUARED, net, TARGET, lambda w, u, y, t: half_squares(y[net.last], t))


def test_autograd_agrees_about_the_softmax_cross_entropy():
    net = Network((Layer(5, 4, tanh), Layer(4, 3, softmax)))
    agrees(CLASSES, net, LABELS, lambda w, u, y, t: functional.cross_entropy(u, t))


def test_autograd_agrees_about_a_weighted_sum_of_everything():
    J = CROSS + 0.5 * SQUARED + 3 * kl_sparsity(0.05, 2) + kl_sparsity(0.2) + 0.1 * weight_decay

    def in_torch(w, u, y, t):
        penalties = 3 * kl(0.05, y[2]) + kl(0.2, y[1]) + 0.1 * decay(w)
        return bits(u, t) + 0.5 * half_squares(y[4], t) + penalties

    agrees(J, DEEP, TARGET, in_torch)


@pytest.mark.parametrize("size", [1000.0, 40.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pytorch_agrees_about_extreme_net_inputs(size, dtype):
    u, t = np.array([[size, -size, size, 0]], dtype), np.array([[0, 0.25, 1, 0.5]], dtype)
    wanted = functional.binary_cross_entropy_with_logits(
        torch.tensor(u), torch.tensor(t), reduction="sum"
    )
    assert_close(cross_entropy.errors(u, logistic(u), t), wanted.numpy()[None])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.3), lambda w: torch.optim.SGD(w, lr=0.3)),
        (Momentum(0.3, mu=0.8), lambda w: torch.optim.SGD(w, lr=0.3, momentum=0.8)),
        (Adam(0.05), lambda w: torch.optim.Adam(w, lr=0.05)),
        (
            Adam(0.05, 0.5, 0.9, epsilon=0.1),
            lambda w: torch.optim.Adam(w, lr=0.05, betas=(0.5, 0.9), eps=0.1),
        ),
    ],
    ids=["sgd", "momentum", "adam", "adam with other settings"],
)
def test_pytorch_s_optimiser_takes_the_same_steps(ours, theirs):
    rng = np.random.default_rng(0)
    w = rng.normal(size=6)
    tensor = torch.tensor(w, requires_grad=True)
    optimizer, memory = theirs([tensor]), ours.init(w)
    for gradient in rng.normal(size=(12, 6)) * [1e-6, 1e-3, 1, 10, 1e3, 0]:
        tensor.grad = torch.tensor(gradient)
        optimizer.update()
        ours.step(w, gradient, memory)
        assert_close(w, tensor.detach().numpy())


@pytest.mark.parametrize("f", [identity, logistic, tanh, relu], ids=repr)
def test_autograd_agrees_about_the_l1_penalty(f):
    J = SQUARED + 0.3 * l1_sparsity(2) + 0.1 * l1_sparsity()

    def in_torch(w, u, y, t):
        penalties = 0.3 * y[2].abs().sum() / len(t) + 0.1 * y[1].abs().sum() / len(t)
        return half_squares(y[4], t) + penalties

    agrees(J, Autoencoder.folded(5, 4, 3, hidden=f), TARGET, in_torch)


def test_autograd_agrees_about_top_k_units():
    net = Autoencoder.folded(5, 8, hidden=top_k(3), output=identity)
    params = drawn(net)
    w = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    u = torch.tensor(X) @ w["W1"].T + w["b1"]
    values, places = u.topk(3, dim=1)
    y = torch.zeros_like(u).scatter(1, places, values)
    x_hat = y @ w["W2"].T + w["b2"]
    value = half_squares(x_hat, torch.tensor(X)) + 0.2 * y.abs().sum() / len(X)
    value.backward()
    found, gradient = (SQUARED + 0.2 * l1_sparsity()).value_and_gradient(net, params, X)
    assert_close(found, value.item())
    for name in params:
        assert_close(gradient[name], w[name].grad.numpy())


def block_of_the_chapter():
    """What the Python block of chapter 7 defines, which is shown there and not run."""
    text = (Path(__file__).parents[2] / "book/src/07_variants.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(import torch\n(?s:.*?))^```$", text, re.MULTILINE)
    namespace = {}
    exec(compile(block, "<chapter 7>", "exec"), namespace)
    return namespace


def linear_layers(model):
    """The linear layers of the chapter's model, numbered as ours."""
    layers = [*model.encoder, *model.decoder]
    return dict(enumerate((layer for layer in layers if isinstance(layer, torch.nn.Linear)), 1))


def test_the_variational_autoencoder_of_the_chapter_is_the_same_in_pytorch():
    shown, ours = block_of_the_chapter(), VariationalAutoencoder.folded(5, 4, 2, hidden=tanh)
    params, noise = drawn(ours), np.random.default_rng(3).normal(size=(9, 2))
    model = shown["VAE"](5, 4, 2).double()
    for l, layer in linear_layers(model).items():
        layer.weight.data = torch.tensor(params[f"W{l}"])
        layer.bias.data = torch.tensor(params[f"b{l}"])
    value = shown["negative_elbo"](model, torch.tensor(X), torch.tensor(noise))
    value.backward()
    J, rows = negative_elbo(cross_entropy), np.hstack([X, noise])
    gradient = J.gradient(ours, params, rows)
    assert_close(J.value(ours, params, rows), value.item())
    for l, layer in linear_layers(model).items():
        assert_close(gradient[f"W{l}"], layer.weight.grad.numpy())
        assert_close(gradient[f"b{l}"], layer.bias.grad.numpy())


def test_the_loop_of_the_chapter_trains_in_pytorch():
    torch.manual_seed(0)
    shown, data = block_of_the_chapter(), torch.tensor((samples(200, 5) > 0.5) * 1.0)
    model = shown["VAE"](5, 8, 2).double()
    noise = torch.randn(200, 2, dtype=data.dtype)
    before = shown["negative_elbo"](model, data, noise).item()
    shown["fit"](model, data, code=2, epochs=30, rate=0.01)
    assert shown["negative_elbo"](model, data, noise).item() < before


def test_autograd_agrees_about_tied_weights_and_the_contractive_penalty():
    net = Autoencoder.folded(5, 4)
    shared = tie(net, drawn(net))
    w = {name: torch.tensor(array, requires_grad=True) for name, array in shared.items()}
    y = torch.sigmoid(torch.tensor(X) @ w["W1"].T + w["b1"])
    u = y @ w["W1"] + w["b2"]
    jacobian = (y * (1 - y))[:, :, None] * w["W1"]
    value = bits(u, torch.tensor(X)) + 0.3 * (jacobian**2).sum() / len(X)
    value.backward()
    J = Tied(CROSS + 0.3 * contractive)
    assert_close(J.value(net, shared, X), value.item())
    gradient = J.gradient(net, shared, X)
    for name in shared:
        assert_close(gradient[name], w[name].grad.numpy())
