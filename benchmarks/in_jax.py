"""The same in JAX as fast as it goes: an epoch is one compiled scan over its batches."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np


def prepare(task):
    """Return a function that trains for so many epochs and returns J of each."""
    X, rng = jnp.asarray(task.floats()), np.random.default_rng(0)
    w = {name: jnp.asarray(a) for name, a in task.start().items()}
    if task.kind == "tied":
        del w["W2"]
    m, v = (jax.tree.map(jnp.zeros_like, w) for _ in range(2))
    state = w, m, v, jnp.zeros((), jnp.float32), jax.random.key(0)
    epoch = jax.jit(partial(scan, task), donate_argnums=0)

    def run(epochs):
        nonlocal state
        found = []
        for _ in range(epochs):
            state, values = epoch(state, X, jnp.asarray(task.batches(rng)))
            found.append(float(values.mean()))
        return found

    return run


def scan(task, state, X, batches):
    """One epoch: the state after it, and J of every batch."""

    def step(state, batch):
        w, m, v, t, key = state
        key, now = jax.random.split(key)
        value, g = jax.value_and_grad(partial(objective, task))(w, X[batch], now)
        t = t + 1
        if task.optimizer == "sgd":
            w = jax.tree.map(lambda w, g: w - task.rate * g, w, g)
        else:
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            c, d = 1 - 0.9**t, 1 - 0.999**t
            w = jax.tree.map(
                lambda w, m, v: w - task.rate * (m / c) / (jnp.sqrt(v / d) + 1e-8), w, m, v
            )
        return (w, m, v, t, key), value

    return jax.lax.scan(step, state, batches)


def objective(task, w, x, key):
    """J of a batch, by the arrays of weights w."""
    below, code, L, extra = x, None, len(task.layers), 0.0
    if task.kind == "denoising":
        below = x + task.sigma * jax.random.normal(key, x.shape, x.dtype)
    for l in range(1, L + 1):
        W = w["W1"].T if task.kind == "tied" and l == 2 else w[f"W{l}"]
        u = below @ W.T + w[f"b{l}"]
        if task.kind == "topk" and l == 1:
            least = jax.lax.top_k(u, task.k)[0][:, -1:]
            below = jnp.where(u >= least, u, 0)
        elif task.kind == "variational" and l == len(task.sizes) - 1:
            mu, log_variance = jnp.split(u, 2, axis=1)
            below = mu + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mu.shape, mu.dtype)
            kl = 0.5 * (mu**2 + jnp.exp(log_variance) - 1 - log_variance)
            extra = kl.sum() / len(x)
        elif l < L:
            below = jax.nn.sigmoid(u)
        code = below if l == 1 else code
    if task.loss == "cross_entropy":
        value = (jnp.maximum(u, 0) - u * x + jnp.log1p(jnp.exp(-jnp.abs(u)))).sum() / len(x)
    else:
        value = 0.5 * ((u - x) ** 2).sum() / len(x)
    if task.beta:
        r, rho = code.mean(axis=0), task.rho
        kl = rho * jnp.log(rho / r) + (1 - rho) * jnp.log((1 - rho) / (1 - r))
        value += task.beta * kl.sum()
    if task.decay:
        W = [w["W1"]] * 2 if task.kind == "tied" else [w["W1"], w["W2"]]
        value += task.decay / 2 * sum((a**2).sum() for a in W)
    return value + extra
