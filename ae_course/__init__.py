"""Autoencoders in NumPy: the package of an executable textbook.

Read the modules in this order: activations, network, losses, objective, autoencoder, sparsity,
optimizers, training, conventions, gradcheck. Each holds one idea, and says which equation of the
book it is.
"""

from ae_course.activations import identity, logistic, relu, softmax, tanh
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.checkpoint import load, save
from ae_course.conventions import BOOK, SLIDES, Convention, convert
from ae_course.gradcheck import check_gradient, numerical_gradient, relative_error
from ae_course.losses import cross_entropy, entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network, Trace, glorot
from ae_course.objective import Objective, Pass, Term, reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum, lbfgs, two_loop
from ae_course.parameters import Parameters
from ae_course.sparsity import kl_sparsity, running_kl_sparsity
from ae_course.training import DivergenceError, History, minibatches, minimize, train

__version__ = "0.1.0"

__all__ = [
    "BOOK",
    "SGD",
    "SLIDES",
    "Adam",
    "Autoencoder",
    "Convention",
    "DivergenceError",
    "History",
    "Layer",
    "Momentum",
    "Network",
    "Objective",
    "Parameters",
    "Pass",
    "Term",
    "Trace",
    "check_gradient",
    "convert",
    "cross_entropy",
    "entropy",
    "glorot",
    "identity",
    "kl_sparsity",
    "lbfgs",
    "load",
    "logistic",
    "mean_bias",
    "minibatches",
    "minimize",
    "numerical_gradient",
    "reconstruction",
    "relative_error",
    "relu",
    "running_kl_sparsity",
    "save",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "train",
    "two_loop",
    "weight_decay",
]
