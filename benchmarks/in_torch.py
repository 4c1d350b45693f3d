"""The same in PyTorch, as its tutorials write it: autograd, a loop over batches, `torch.optim`."""

import numpy as np
import torch
from torch.nn import functional as F


def prepare(task, fused=False):
    """Return a function that trains for so many epochs and returns J of each."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    X, rng = torch.from_numpy(task.floats()), np.random.default_rng(0)
    params = {name: torch.tensor(a, requires_grad=True) for name, a in task.start().items()}
    if task.kind == "tied":
        del params["W2"]
    make = torch.optim.SGD if task.optimizer == "sgd" else torch.optim.Adam
    optimizer = make(params.values(), lr=task.rate, fused=fused)

    def run(epochs):
        found = []
        for _ in range(epochs):
            total = torch.zeros(())
            for batch in torch.from_numpy(task.batches(rng)):
                optimizer.zero_grad()
                value = objective(task, params, X[batch])
                value.backward()
                optimizer.step()
                total += value.detach()
            found.append(total.item() / task.steps)
        return found

    return run


def prepare_fused(task):
    """The same with the optimiser as one kernel."""
    return prepare(task, fused=True)


def objective(task, w, x):
    """J of a batch, by the tensors of weights w."""
    below, code, L = x, None, len(task.layers)
    extra = 0.0
    if task.kind == "denoising":
        below = x + task.sigma * torch.randn_like(x)
    for l in range(1, L + 1):
        W = w["W1"].T if task.kind == "tied" and l == 2 else w[f"W{l}"]
        u = F.linear(below, W, w[f"b{l}"])
        if task.kind == "topk" and l == 1:
            largest = torch.topk(u, task.k, dim=1, sorted=False)
            below = torch.zeros_like(u).scatter(1, largest.indices, largest.values)
        elif task.kind == "variational" and l == len(task.sizes) - 1:
            mu, log_variance = u.chunk(2, dim=1)
            below = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
            extra = 0.5 * (mu**2 + log_variance.exp() - 1 - log_variance).sum() / len(x)
        elif l < L:
            below = torch.sigmoid(u)
        code = below if l == 1 else code
    if task.loss == "cross_entropy":
        value = F.binary_cross_entropy_with_logits(u, x, reduction="sum") / len(x)
    else:
        value = 0.5 * F.mse_loss(u, x, reduction="sum") / len(x)
    if task.beta:
        r, rho = code.mean(dim=0), task.rho
        kl = rho * torch.log(rho / r) + (1 - rho) * torch.log((1 - rho) / (1 - r))
        value = value + task.beta * kl.sum()
    if task.decay:
        W = [w["W1"]] * 2 if task.kind == "tied" else [w["W1"], w["W2"]]
        value = value + task.decay / 2 * sum((a**2).sum() for a in W)
    return value + extra
