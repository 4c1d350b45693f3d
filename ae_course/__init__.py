"""Autoencoders in NumPy: the package of an executable textbook.

Read the modules in this order. A network: activations, parameters, initialization, network,
losses, objective, autoencoder. Training: gradcheck, optimizers, schedules, training_state,
divergence, training, full_batch, checkpoint. Sparse codes: sparsity, conventions. Second moments:
moments, pca, linear, whitening, frequencies. Depth: propagation, pretraining. Variants: denoising,
mixtures, contractive, tied, variational, superposition. New samples: score_matching, diffusion,
generation, likelihood_bounds, annealing, discrete_codes, quantization, code_prior. Dictionaries:
dictionaries, jump_relu, dictionary_benchmarks. Beside them: datasets, figures, diagrams,
comparison, exercises; and checks, workspace, compiled, threads and files, which the others use.
Each holds one idea, and says which equation of the book it is.

Importing it lets NumPy use one thread for products of matrices, see :mod:`ae_course.threads`.
"""

from ae_course.activations import identity, logistic, relu, softmax, tanh, top_k
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.checkpoint import load, save
from ae_course.comparison import Comparison, compare
from ae_course.conventions import BOOK, SLIDES, Convention, convert
from ae_course.divergence import DivergenceError
from ae_course.full_batch import lbfgs, minimize, two_loop
from ae_course.gradcheck import check_gradient, numerical_gradient, relative_error
from ae_course.initialization import glorot
from ae_course.losses import cross_entropy, entropy, softmax_cross_entropy, squared_error
from ae_course.moments import Moments, covariance
from ae_course.network import Layer, Network, Trace
from ae_course.objective import ForwardPass, Objective, Term, reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.parameters import Parameters
from ae_course.pca import PCA
from ae_course.pretraining import pretrain
from ae_course.schedules import constant, cosine, warm_up
from ae_course.sparsity import (
    dead_fraction,
    kl_sparsity,
    l1_sparsity,
    lifetime_sparsity,
    population_sparsity,
    running_kl_sparsity,
    soft_threshold,
)
from ae_course.threads import limit_threads
from ae_course.training import minibatches, train, validation_split
from ae_course.training_state import EarlyStopping, History, TrainingState
from ae_course.whitening import PCAWhitening, Whitening, ZCAWhitening, remove_dc

__version__ = "0.1.0"

limit_threads()

__all__ = [
    "BOOK",
    "PCA",
    "SGD",
    "SLIDES",
    "Adam",
    "Autoencoder",
    "Comparison",
    "Convention",
    "DivergenceError",
    "EarlyStopping",
    "ForwardPass",
    "History",
    "Layer",
    "Moments",
    "Momentum",
    "Network",
    "Objective",
    "PCAWhitening",
    "Parameters",
    "Term",
    "Trace",
    "TrainingState",
    "Whitening",
    "ZCAWhitening",
    "check_gradient",
    "compare",
    "constant",
    "convert",
    "cosine",
    "covariance",
    "cross_entropy",
    "dead_fraction",
    "entropy",
    "glorot",
    "identity",
    "kl_sparsity",
    "l1_sparsity",
    "lbfgs",
    "lifetime_sparsity",
    "load",
    "logistic",
    "mean_bias",
    "minibatches",
    "minimize",
    "numerical_gradient",
    "population_sparsity",
    "pretrain",
    "reconstruction",
    "relative_error",
    "relu",
    "remove_dc",
    "running_kl_sparsity",
    "save",
    "soft_threshold",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "top_k",
    "train",
    "two_loop",
    "validation_split",
    "warm_up",
    "weight_decay",
]
