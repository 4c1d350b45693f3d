"""Autoencoders in NumPy: the package of an executable textbook.

Read the modules in this order: activations, arrays, parameters, network, losses, objective,
autoencoder, sparsity, optimizers, training, gradcheck, moments, whitening, frequencies. Each holds
one idea, and says which equation of the book it is.
"""

from ae_course.activations import identity, logistic, relu, softmax, tanh
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.checkpoint import load, save
from ae_course.gradcheck import check_gradient, numerical_gradient, relative_error
from ae_course.losses import cross_entropy, entropy, softmax_cross_entropy, squared_error
from ae_course.moments import Moments, covariance
from ae_course.network import Layer, Network, Trace, glorot
from ae_course.objective import Objective, Pass, Term, reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.parameters import Parameters
from ae_course.sparsity import kl_sparsity, running_kl_sparsity
from ae_course.training import DivergenceError, History, minibatches, train
from ae_course.whitening import Whitening, pca_whitening, remove_dc, zca_whitening

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "Autoencoder",
    "DivergenceError",
    "History",
    "Layer",
    "Moments",
    "Momentum",
    "Network",
    "Objective",
    "Parameters",
    "Pass",
    "Term",
    "Trace",
    "Whitening",
    "check_gradient",
    "covariance",
    "cross_entropy",
    "entropy",
    "glorot",
    "identity",
    "kl_sparsity",
    "load",
    "logistic",
    "mean_bias",
    "minibatches",
    "numerical_gradient",
    "pca_whitening",
    "reconstruction",
    "relative_error",
    "relu",
    "remove_dc",
    "running_kl_sparsity",
    "save",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "train",
    "weight_decay",
    "zca_whitening",
]
