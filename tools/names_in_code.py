"""Which names in code are ours: those that it imports from the package, and their methods.

The code is read and never run. A name counts only where it is certain what it stands for: one that
is bound again, by an argument or a loop, counts no more, whatever it was before.
"""

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import NamedTuple, Self, get_args, get_origin, get_type_hints

import ae_course

PACKAGE = ae_course.__name__
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MAYBE = (ast.If, ast.For, ast.While, ast.Try, ast.Match)  # what they bind, they may not have bound


class Object(NamedTuple):
    """What a name stands for: this very object, under its own name or another."""

    value: object
    renamed: bool = False


class Instance(NamedTuple):
    """What a name stands for: some object of this class."""

    of: type


class Use(NamedTuple):
    """Where a name stands in code, and the object of ours that it is."""

    row: int  # from 0
    column: int  # from 0, in letters
    name: str
    value: object


def is_ours(value) -> bool:
    """Whether a class, a module or a function is the package's."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
    return f"{name}.".startswith(f"{PACKAGE}.")


def found(base, name):
    """What an attribute of a known thing is."""
    if isinstance(base, Object) and (inspect.isclass(base.value) or inspect.ismodule(base.value)):
        owner = base.value
    elif isinstance(base, Instance):
        owner = base.of
    elif isinstance(base, Object) and is_ours(type(base.value)):
        owner = type(base.value)
    else:
        return None
    value = getattr(owner, name, None) if is_ours(owner) else None
    return Object(value) if value is not None else None


def result(function, of=None):
    """What a call gives, by what its annotation says."""
    if inspect.isclass(function):
        return Instance(function)
    try:
        said = get_type_hints(function).get("return")
    except (TypeError, NameError, AttributeError):
        return None
    return of if said is Self else kind(said)


def known(attribute):
    """What is known of the value of an attribute; of most that an instance has, nothing."""
    match attribute:
        case Object(value=property(fget=function) | cached_property(func=function)):
            return result(function)
        case Object(value=value) if inspect.ismodule(value) or callable(value):
            return attribute
        case Object(value=value) if is_ours(type(value)):
            return attribute
    return None


def kind(said):
    """What is known of a value with this annotation: a thing, or a tuple of things."""
    if get_origin(said) is tuple:
        return tuple(map(kind, get_args(said)))
    return Instance(said) if inspect.isclass(said) and is_ours(said) else None


def bound(statements) -> Iterator[str]:
    """The names that statements bind in their own scope, each as often as they do."""
    for node in statements:
        if isinstance(node, SCOPES):
            yield getattr(node, "name", "")
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        if not isinstance(node, COMPREHENSIONS):
            yield from bound(ast.iter_child_nodes(node))


def made(trees) -> set[str]:
    """The names that code binds itself, and does not merely import."""
    found = Counter(name for tree in trees for name in bound(tree.body))
    imports = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.alias))
    return set(found - Counter((node.asname or node.name).partition(".")[0] for node in imports))


class Reader(ast.NodeVisitor):
    """Reads the code of a page, cell by cell, and keeps what its names stand for."""

    def __init__(self, trees):
        again = Counter(name for tree in trees for name in bound(tree.body))
        self.rebound = {name for name, times in again.items() if times > 1}
        self.scopes, self.depth, self.uses = [{}], 0, []

    def read(self, tree, code: str, keep: bool = True) -> list[Use]:
        """The names of ours in a piece of code; what it binds is forgotten unless kept."""
        self.lines, self.uses = code.splitlines(), []
        if not keep:
            self.scopes.append({})
        self.visit(tree)
        del self.scopes[1:]
        return self.uses

    def look_up(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                inside = scope is self.scopes[0] and len(self.scopes) > 1
                return None if inside and name in self.rebound else scope[name]
        return None

    def resolve(self, node):
        """What an expression stands for, or nothing."""
        match node:
            case ast.Name(id=name):
                return self.look_up(name)
            case ast.Attribute(value=value, attr=name):
                return known(found(self.resolve(value), name))
            case ast.Call(func=function):
                thing = self.resolve(function)
                return result(thing.value, self.owner(function)) if is_object(thing) else None
        return None

    def owner(self, function):
        """Of what a method's Self is an instance."""
        base = self.resolve(function.value) if isinstance(function, ast.Attribute) else None
        return Instance(base.value) if is_object(base) and inspect.isclass(base.value) else base

    def meet(self, row, column, name, thing):
        """Note a use; columns of the parser count bytes."""
        if is_object(thing) and not thing.renamed:
            before = self.lines[row].encode()[:column].decode()
            self.uses.append(Use(row, len(before), name, thing.value))

    def bind(self, target, thing):
        match target:
            case ast.Name(id=name):
                thing = thing._replace(renamed=True) if is_object(thing) else thing
                self.scopes[-1][name] = None if self.depth else thing
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                known = isinstance(thing, tuple) and len(thing) == len(parts)
                known = known and not isinstance(thing, Object | Instance)
                for part, of in zip(parts, thing if known else [None] * len(parts), strict=True):
                    self.bind(part, of)
            case ast.Starred(value=value):
                self.bind(value, None)
            case _:
                self.visit(target)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.meet(node.lineno - 1, node.col_offset, node.id, self.resolve(node))
        else:
            self.bind(node, None)

    def visit_Attribute(self, node):
        self.visit(node.value)
        thing = found(self.resolve(node.value), node.attr)
        self.meet(node.end_lineno - 1, node.end_col_offset - len(node.attr), node.attr, thing)

    def visit_ImportFrom(self, node):
        for name in node.names:
            thing = imported(node.module, name.name) if not node.level else None
            self.scopes[-1][name.asname or name.name] = thing
            if name.asname and is_object(thing):
                self.scopes[-1][name.asname] = thing._replace(renamed=True)
            self.meet(name.lineno - 1, name.col_offset, name.name, thing)

    def visit_Import(self, node):
        for name in node.names:
            first = name.name.partition(".")[0]
            ours = first == PACKAGE and not name.asname
            self.scopes[-1][name.asname or first] = Object(ae_course) if ours else None

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.bind(target, self.resolve(node.value))

    def visit_FunctionDef(self, node):
        for part in (*node.decorator_list, node.args, node.returns):
            self.visit(part) if part else None
        self.scopes[-1][node.name] = None
        names = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
        self.within(names | set(bound(node.body)), node.body)

    def visit_Lambda(self, node):
        self.visit(node.args)
        names = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
        self.within(names, [node.body])

    def visit_ClassDef(self, node):
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self.scopes[-1][node.name] = None
        self.within(set(bound(node.body)), node.body)

    def within(self, names, body):
        """Read what has a scope of its own, in which these names are bound to who knows what."""
        depth, self.depth = self.depth, 0
        self.scopes.append(dict.fromkeys(names))
        for part in body:
            self.visit(part)
        self.scopes.pop()
        self.depth = depth

    def generic_visit(self, node):
        if isinstance(node, COMPREHENSIONS):
            first = node.generators[0].iter
            self.visit(first)
            targets = [part.target for part in node.generators]
            parts = [part for part in ast.iter_child_nodes(node) if part not in node.generators]
            inner = [p for g in node.generators for p in (g.iter, *g.ifs) if p is not first]
            self.within(set(bound(targets)), [*inner, *parts])
            return
        if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self.scopes[-1][node.name] = None
        self.depth += isinstance(node, MAYBE)
        super().generic_visit(node)
        self.depth -= isinstance(node, MAYBE)


def is_object(thing) -> bool:
    """Whether it is known which object something is."""
    return isinstance(thing, Object)


def imported(module: str, name: str):
    """What an import brings, if it is the package's."""
    if not f"{module}.".startswith(f"{PACKAGE}."):
        return None
    package = import_module(module)
    if not hasattr(package, name) and find_spec(f"{module}.{name}"):
        import_module(f"{module}.{name}")  # a module is there when it has been asked for
    return Object(getattr(package, name)) if hasattr(package, name) else None
