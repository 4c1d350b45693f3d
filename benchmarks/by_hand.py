"""The same steps as one bespoke loop of NumPy calls: no names, no checks, nothing to reuse.

It shows how far NumPy goes. Layers of logistic units, a KL penalty on the first, weight decay.
"""

import math

import numpy as np

from ae_course.threads import limit_threads


def prepare(task):
    """Return a function that trains for so many epochs, or None for what this loop cannot do."""
    if task.kind not in ("plain", "denoising"):
        return None
    limit_threads()
    X, N, rng = task.floats(), np.float32(task.batch), np.random.default_rng(0)
    start = task.start()
    flat = np.concatenate([a.ravel() for a in start.values()])
    grad, scratch = np.empty_like(flat), np.empty_like(flat)
    m, v = np.zeros_like(flat), np.zeros_like(flat)

    def views(vector):
        return [
            part.reshape(a.shape)
            for part, a in zip(
                np.split(vector, np.cumsum([a.size for a in start.values()])[:-1]),
                start.values(),
                strict=True,
            )
        ]

    W, b, gW, gb = views(flat)[::2], views(flat)[1::2], views(grad)[::2], views(grad)[1::2]
    L = len(W)
    x, seen = (np.empty((task.batch, task.sizes[0]), np.float32) for _ in range(2))
    y = [np.empty((task.batch, len(w)), np.float32) for w in W]
    d, s = [a.copy() for a in y], [a.copy() for a in y]
    last, t = np.empty_like(y[-1]), 0

    def step(batch):
        nonlocal t
        np.take(X, batch, axis=0, out=x, mode="clip")
        below = x
        if task.kind == "denoising":
            rng.standard_normal(dtype=np.float32, out=seen)
            np.multiply(seen, np.float32(task.sigma), out=seen)
            below = np.add(seen, x, out=seen)
        first = below
        for l in range(L):
            np.matmul(below, W[l].T, out=y[l])
            y[l] += b[l]
            if l == L - 1:
                np.copyto(last, y[l])
            np.negative(y[l], out=y[l])
            np.exp(y[l], out=y[l])
            y[l] += 1
            below = np.divide(1, y[l], out=y[l])
        # log(1 + e^u) = -log(1 - y), without cancellation as u - log y
        np.log(y[-1], out=s[-1])
        np.subtract(last, s[-1], out=s[-1])
        value = (s[-1].sum() - np.vdot(x, last)) / N
        np.subtract(y[-1], x, out=d[-1])
        d[-1] *= 1 / N
        for l in reversed(range(L)):
            np.matmul(d[l].T, y[l - 1] if l else first, out=gW[l])
            d[l].sum(axis=0, out=gb[l])
            if l:
                np.matmul(d[l], W[l], out=d[l - 1])
                if task.beta and l == 1:
                    r = y[0].mean(axis=0)
                    rho = task.rho
                    d[0] += task.beta / N * ((1 - rho) / (1 - r) - rho / r)
                    kl = rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r))
                    value += task.beta * kl.sum()
                np.subtract(1, y[l - 1], out=s[l - 1])
                s[l - 1] *= y[l - 1]
                d[l - 1] *= s[l - 1]
        if task.decay:
            for w, g in zip(W, gW, strict=True):
                g += task.decay * w
                value += task.decay / 2 * np.vdot(w, w)
        t += 1
        if task.optimizer == "sgd":
            np.multiply(grad, task.rate, out=scratch)
        else:
            adam(t)
        np.subtract(flat, scratch, out=flat)
        return value

    def adam(t):
        np.multiply(m, 0.9, out=m)
        np.multiply(grad, 0.1, out=scratch)
        np.add(m, scratch, out=m)
        np.multiply(v, 0.999, out=v)
        np.multiply(grad, grad, out=scratch)
        np.multiply(scratch, 0.001, out=scratch)
        np.add(v, scratch, out=v)
        np.sqrt(v, out=scratch)
        root = math.sqrt(1 - 0.999**t)
        np.add(scratch, 1e-8 * root, out=scratch)
        np.divide(m, scratch, out=scratch)
        np.multiply(scratch, task.rate * root / (1 - 0.9**t), out=scratch)

    def run(epochs):
        with np.errstate(over="ignore", divide="ignore"):
            return [
                float(np.mean([step(batch) for batch in task.batches(rng)])) for _ in range(epochs)
            ]

    return run
