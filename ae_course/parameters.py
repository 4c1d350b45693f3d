"""The parameters of a network have names, as in the equations, and are one vector underneath."""

import math
from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate
from typing import Self

import numpy as np

from ae_course.checks import as_array, check_shape


class Parameters(Mapping[str, np.ndarray]):
    """A flat mapping ``{"W1": (units, inputs), "b1": (units,), ...}`` over one vector.

    People and equations use the names, ``params["W1"]``; optimisers use ``params.vector``. Both
    are the same memory: what one changes, the other sees.

    >>> params = Parameters.of({"W1": np.ones((2, 3)), "b1": np.zeros(2)})
    >>> params.vector[0] = 5
    >>> params["W1"][0].tolist(), params
    ([5.0, 1.0, 1.0], Parameters(W1 (2, 3), b1 (2,); 8 numbers, float64))

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The name and shape of each array, in the order in which they lie in the vector.
    vector : array (size,)
        All numbers, one array after the other, each in row-major order.
    columnwise : names
        Of arrays that lie in the vector in column-major order, as their transpose would in rows.
    """

    def __init__(
        self,
        shapes: Mapping[str, tuple[int, ...]],
        vector: np.ndarray,
        columnwise: Collection[str] = (),
    ):
        sizes = [math.prod(shape) for shape in shapes.values()]
        ends = list(accumulate(sizes))
        self.shapes, self._size = dict(shapes), sum(sizes)
        self._order = {name: "F" if name in columnwise else "C" for name in shapes}
        self._places = {
            name: slice(end - size, end)
            for name, size, end in zip(shapes, sizes, ends, strict=True)
        }
        self._take(vector)

    def _take(self, vector: np.ndarray) -> None:
        vector = as_array(vector, "the vector")
        if vector.dtype not in (np.float32, np.float64):
            raise TypeError(f"the parameters are {vector.dtype}, wanted float32 or float64")
        check_shape("the vector", vector, (self._size,))
        self.vector = vector
        self._views = {
            name: vector[place].reshape(self.shapes[name], order=self._order[name])
            for name, place in self._places.items()
        }

    @classmethod
    def zeros(cls, shapes: Mapping[str, tuple[int, ...]], dtype=np.float64) -> Self:
        """Parameters of those shapes, all zero."""
        return cls(shapes, np.zeros(sum(map(math.prod, shapes.values())), dtype))

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Parameters that copy the given arrays, with the dtype that holds them all.

        Whole numbers become float64.
        """
        arrays = {name: as_array(array, name) for name, array in arrays.items()}
        vector = np.concatenate([array.ravel() for array in arrays.values()])
        if vector.dtype.kind in "iu":
            vector = vector.astype(np.float64)
        return cls({name: array.shape for name, array in arrays.items()}, vector)

    @property
    def dtype(self) -> np.dtype:
        """The kind of number, which everything computed with these parameters keeps."""
        return self.vector.dtype

    def like(self, vector: np.ndarray) -> Self:
        """The same names and shapes over another vector, which is not copied."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._take(vector)
        return other

    def copy(self) -> Self:
        """The same numbers in memory of their own."""
        return self.like(self.vector.copy())

    def astype(self, dtype) -> Self:
        """A copy in another kind of number, float32 or float64."""
        return self.like(self.vector.astype(dtype))

    def where(self, index: int) -> str:
        """The name of one entry of the vector, such as ``"W2[1, 2]"``."""
        name = [n for n, place in self._places.items() if place.start <= index][-1]
        within = index - self._places[name].start
        position = np.unravel_index(within, self.shapes[name], self._order[name])
        return f"{name}[{', '.join(str(i) for i in position)}]"

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._views:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self)}")
        return self._views[name]

    def __setitem__(self, name: str, value) -> None:
        value = as_array(value, name)
        if value.shape not in ((), self[name].shape):
            raise ValueError(f"{name} has shape {self[name].shape}, found {value.shape}")
        self[name][...] = value

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __reduce__(self):  # copying or pickling the views one by one would cut them loose
        columnwise = [name for name, order in self._order.items() if order == "F"]
        return type(self), (self.shapes, self.vector, columnwise)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"Parameters({arrays}; {self.vector.size} numbers, {self.dtype})"


def check_is_parameters(params) -> None:
    """Raise TypeError unless these are Parameters, whatever they hold."""
    if not isinstance(params, Parameters):
        raise TypeError(f"the parameters are a {type(params).__name__}, wanted Parameters")
