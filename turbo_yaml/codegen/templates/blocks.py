"""A text with statements to a Python function that writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from jinja2 import nodes

from turbo_yaml.codegen.build import At, assign, at, attribute, call, load, store
from turbo_yaml.codegen.names import Local, Scope
from turbo_yaml.codegen.templates.applications import call_with, filtered
from turbo_yaml.codegen.templates.inline import included_text, inline_pieces, is_inline
from turbo_yaml.codegen.templates.lowering import Lowering
from turbo_yaml.codegen.templates.module import TemplateModule
from turbo_yaml.codegen.templates.pieces import whole
from turbo_yaml.codegen.templates.scopes import Block, LoopVariable, MacroVariable, Root
from turbo_yaml.source import Source
from turbo_yaml.template import Text
from turbo_yaml.template.scoping import names_set, reads_name


def text_function(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Give the module a function for a text; return its call, whose value is the text."""
    place = at(text.source, text.span)
    name = module.fresh(f"text_{place['lineno']}")
    decorator = _named(module, "renders", place)
    loads = _define(text, scope, module, name, [decorator])
    return call(name, loads(place), place)


def _named(module: TemplateModule, name: str, place: At) -> ast.Name:
    module.used[name] = None
    return load(name, place)


class _Loads:
    """The values that the parameters of a text function take where it is called."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def __call__(self, place: At) -> list[ast.expr]:
        return [variable.load(place) for variable, _ in self._root.parameters.values()]


def _define(
    text: Text, scope: Scope, module: TemplateModule, name: str, decorators: list[ast.expr]
) -> _Loads:
    """Define a function that writes a text to its first parameter, an output."""
    assert text.tree is not None
    place = at(text.source, text.span)
    root = Root(scope, module, place)
    out = root.names.give("out")
    block = Block(root, later=names_set(text.tree.body))
    body = Writer(text, block, out).body(text.tree.body)
    parameters = [out, *(local.identifier for _, local in root.parameters.values())]
    function = _function(name, _arguments(parameters, place), body, place, decorators)
    module.functions.append((text.source, function))
    return _Loads(root)


def _function(
    name: str, arguments: ast.arguments, body: list[ast.stmt], place: At, decorators: list[ast.expr]
) -> ast.FunctionDef:
    return ast.FunctionDef(name, arguments, body or [ast.Pass(**place)], decorators, None, **place)


def _arguments(names: Iterable[str], place: At) -> ast.arguments:
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name, **place) for name in names],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )


class Writer:
    """Writes the statements of one block to an output, whose Python name is `out`."""

    def __init__(self, text: Text, block: Block, out: str) -> None:
        self.text = text
        self.block = block
        self.out = out
        self.low = Lowering(text, block, block.root.module)

    @property
    def root(self) -> Root:
        """What all blocks of the function share."""
        return self.block.root

    def body(self, body: Sequence[nodes.Node]) -> list[ast.stmt]:
        """Return the statements of a whole block."""
        statements = self.statements(body)
        return [*self.block.prologue, *statements]

    def statements(self, body: Sequence[nodes.Node]) -> list[ast.stmt]:
        """Return the statements of some nodes; outputs in a row are one `write`."""
        statements: list[ast.stmt] = []
        run: list[nodes.Node] = []
        for node in body:
            if _is_inline(self.low, node):
                run.append(node)
                continue
            statements += self._written(run)
            run = []
            statements += self._statement(node)
        return statements + self._written(run)

    def _written(self, run: Sequence[nodes.Node]) -> list[ast.stmt]:
        pieces = inline_pieces(self.low, run) if run else None
        if not pieces:
            return []
        place = self._spanning(run)
        value = whole(self.low, pieces, place)
        if isinstance(value, ast.Constant) and value.value == "":
            return []
        return [self.write(value, place)]

    def _spanning(self, run: Sequence[nodes.Node]) -> At:
        first, last = self.low.at(run[0]), self.low.at(run[-1])
        return At(
            lineno=first["lineno"],
            col_offset=first["col_offset"],
            end_lineno=last["end_lineno"],
            end_col_offset=last["end_col_offset"],
        )

    def write(self, value: ast.expr, place: At) -> ast.stmt:
        """Return the statement that adds a text to the output."""
        return ast.Expr(self._of(self.out, "write", [value], place), **place)

    def _of(self, out: str, method: str, arguments: list[ast.expr], place: At) -> ast.expr:
        return call(attribute(load(out, place), method, place), arguments, place)

    def _inside(self) -> Writer:
        return Writer(self.text, self.block.inner(), self.out)

    def _statement(self, node: nodes.Node) -> list[ast.stmt]:
        place = self.low.at(node)
        match node:
            case nodes.If():
                return self._if(node)
            case nodes.For():
                return self._recursive_for(node, place) if node.recursive else self._for(node, place)
            case nodes.Assign():
                return self._assign(node, place)
            case nodes.AssignBlock():
                return self._assign_block(node, place)
            case nodes.With():
                return self._with(node)
            case nodes.FilterBlock():
                statements, value = self._part(node.body, place, node.filter)
                return [*statements, self.write(self.low.support("text", [value], place), place)]
            case nodes.Macro():
                self.block.identifier(node.name)
                name = self.block.declare(node.name)
                self.block.variables[node.name] = MacroVariable(node.name, name)
                return self._macro(node, name, place)
            case nodes.CallBlock():
                return self._call_block(node, place)
            case nodes.Include():
                return self._include(node, place)
        raise AssertionError(f"{type(node).__name__} was refused before")

    # Branches --------------------------------------------------------------------------------------------

    def _if(self, node: nodes.If) -> list[ast.stmt]:
        branches = [node, *node.elif_]
        for name in names_set([node]):
            self.block.promise(name)
        before = self.block.variables
        ends: list[dict[str, Local]] = []
        made: list[tuple[At, ast.expr, list[ast.stmt]]] = []
        for branch in branches:
            self.block.variables = dict(before)
            test = self.low.value(branch.test)
            made.append((self.low.at(branch.test), test, self.statements(branch.body)))
            ends.append(self.block.variables)
        self.block.variables = dict(before)
        otherwise = self.statements(node.else_)
        self.block.merge([*ends, self.block.variables])
        for place, test, body in reversed(made):
            otherwise = [ast.If(test, body or [ast.Pass(**place)], otherwise, **place)]
        return otherwise

    # Loops -----------------------------------------------------------------------------------------------

    def _for(self, node: nodes.For, place: At) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        inside = self._inside()
        given = inside.filtered_items(node, self.low.value(node.iter), place)
        if node.else_:
            rows = self.root.names.give("rows")
            rounds = given if node.test is not None else self._of(self.out, "each", [given], place)
            statements.append(assign(rows, rounds, place))
            given = load(rows, place)
        statements.append(self._loop(inside, node, given, place, None))
        if node.else_:
            empty = ast.UnaryOp(ast.Not(), load(rows, place), **place)
            otherwise = self._inside().body(node.else_) or [ast.Pass(**place)]
            statements.append(ast.If(empty, otherwise, [], **place))
        return statements

    def _loop(
        self,
        inside: Writer,
        node: nodes.For,
        given: ast.expr,
        place: At,
        recursive: LoopVariable | None,
    ) -> ast.stmt:
        """Return the Python loop over what is given."""
        width = _width(node.target)
        counted = node.test is not None or (bool(node.else_) and width == 1)
        target = inside.target(node.target)
        if recursive is None and not reads_name(node.body, "loop"):
            sizes = [ast.Constant(width, **place)] if width > 1 else []
            items = given
            if not counted:
                items = self._of(inside.out, "each", [given, *sizes], place)
        else:
            if recursive is None:
                name = inside.block.declare("loop")
                rest: list[ast.expr] = [ast.Constant(width, **place)] if width > 1 else []
            else:
                name = recursive.identifier
                inside.block.variables["loop"] = recursive
                rest = [ast.Constant(width, **place), load(recursive.depth, place)]
            items = self._of(inside.out, "loop", [given, *rest], place)
            target = ast.Tuple([store(name, place), target], ast.Store(), **place)
        body = inside.body(node.body) or [ast.Pass(**place)]
        return ast.For(target, items, body, [], **place)

    def target(self, target: nodes.Node) -> ast.expr:
        """Return what takes a value apart into names of this block."""
        place = self.low.at(target)
        if isinstance(target, nodes.Tuple):
            return ast.Tuple([self.target(item) for item in target.items], ast.Store(), **place)
        assert isinstance(target, nodes.Name)
        return store(self.block.declare(target.name), place)

    def filtered_items(self, node: nodes.For, given: ast.expr, place: At) -> ast.expr:
        """Return the items of a `for … if …`: a list of those for which the test holds."""
        if node.test is None:
            return given
        target = self.target(node.target)
        width = _width(node.target)
        sizes = [ast.Constant(width, **place)] if width > 1 else []
        rounds = self._of(self.out, "each", [given, *sizes], place)
        generator = ast.comprehension(target, rounds, [self.low.value(node.test)], 0)
        return ast.ListComp(self.low.value(_loaded(node.target)), [generator], **self.low.at(node.test))

    def _recursive_for(self, node: nodes.For, place: At) -> list[ast.stmt]:
        names = self.root.names
        function, given, depth = names.give("nested"), names.give("items"), names.give("depth0")
        inside = self._inside()
        inside.out = names.give("part")
        variable = LoopVariable("loop", names.give("loop"), "any", False, function, depth)
        rounds = inside._inside()
        items = rounds.filtered_items(node, load(given, place), place)
        statements: list[ast.stmt] = []
        if node.else_:
            items = items if node.test is not None else self._of(inside.out, "each", [items], place)
            statements.append(assign(given, items, place))
            items = load(given, place)
        statements.append(inside._loop(rounds, node, items, place, variable))
        if node.else_:
            empty = ast.UnaryOp(ast.Not(), load(given, place), **place)
            statements.append(
                ast.If(empty, inside._inside().body(node.else_) or [ast.Pass(**place)], [], **place)
            )
        body = [*inside.block.prologue, *statements]
        defined = self._writes_part(function, _arguments([given, depth], place), inside.out, body, place)
        first = [self.low.value(node.iter), ast.Constant(0, **place)]
        return [defined, self.write(call(function, first, place), place)]

    # Names -----------------------------------------------------------------------------------------------

    def _assign(self, node: nodes.Assign, place: At) -> list[ast.stmt]:
        value = self.low.value(node.node)
        target = node.target
        if isinstance(target, nodes.Name):
            kind = self.low.kind(node.node)
            return [
                ast.Assign(
                    [store(self.block.declare(target.name, kind), self.low.at(target))], value, **place
                )
            ]
        if isinstance(target, nodes.NSRef):
            return [self._put(target, value)]
        puts: list[ast.stmt] = []
        taken = self._taken_apart(target, puts)
        if isinstance(target, nodes.Tuple):
            value = self.low.support("unpack", [value, ast.Constant(len(target.items), **place)], place)
        return [ast.Assign([taken], value, **place), *puts]

    def _taken_apart(self, target: nodes.Node, puts: list[ast.stmt]) -> ast.expr:
        place = self.low.at(target)
        if isinstance(target, nodes.NSRef):
            name = self.root.names.give(target.attr)
            puts.append(self._put(target, load(name, place)))
            return store(name, place)
        if isinstance(target, nodes.Tuple):
            parts = [self._taken_apart(item, puts) for item in target.items]
            return ast.Tuple(parts, ast.Store(), **place)
        return self.target(target)

    def _put(self, target: nodes.NSRef, value: ast.expr) -> ast.stmt:
        place = self.low.at(target)
        where = self.low.value(nodes.Name(target.name, "load", lineno=target.lineno))
        key = ast.Constant(target.attr, **place)
        return ast.Expr(self.low.support("put", [where, key, value], place), **place)

    def _assign_block(self, node: nodes.AssignBlock, place: At) -> list[ast.stmt]:
        statements, value = self._part(node.body, place, node.filter)
        if isinstance(node.target, nodes.NSRef):
            return [*statements, self._put(node.target, value)]
        kind = "string" if node.filter is None else "any"
        if isinstance(node.target, nodes.Name):
            name = self.block.declare(node.target.name, "string" if kind == "string" else "any")
            return [*statements, assign(name, value, place)]
        width = ast.Constant(_width(node.target), **place)
        value = self.low.support("unpack", [value, width], place)
        return [*statements, ast.Assign([self.target(node.target)], value, **place)]

    def _with(self, node: nodes.With) -> list[ast.stmt]:
        inside = self._inside()
        values = [self.low.value(value) for value in node.values]
        statements: list[ast.stmt] = []
        for target, value in zip(node.targets, values, strict=True):
            place = self.low.at(target)
            if isinstance(target, nodes.Tuple):
                value = self.low.support("unpack", [value, ast.Constant(_width(target), **place)], place)
            statements.append(ast.Assign([inside.target(target)], value, **place))
        return [*statements, *inside.body(node.body)]

    # Parts -----------------------------------------------------------------------------------------------

    def _part(
        self, body: Sequence[nodes.Node], place: At, filter_: nodes.Filter | None
    ) -> tuple[list[ast.stmt], ast.expr]:
        """Return the statements that write a part by itself, and its text, filtered."""
        inside = self._inside()
        inside.out = self.root.names.give("part")
        opened = assign(inside.out, self._of(self.out, "part", [], place), place)
        statements = [opened, *inside.body(body)]
        value = self._of(inside.out, "text", [], place)
        return statements, value if filter_ is None else _apply(self.low, filter_, value)

    def _writes_part(
        self, name: str, arguments: ast.arguments, out: str, body: list[ast.stmt], place: At
    ) -> ast.stmt:
        """Return the definition of a function that writes a part and returns its text."""
        opened = assign(out, self._of(self.out, "part", [], place), place)
        closed = ast.Return(self._of(out, "text", [], place), **place)
        return _function(name, arguments, [opened, *body, closed], place, [])

    def _macro(self, node: nodes.Macro | nodes.CallBlock, name: str, place: At) -> list[ast.stmt]:
        inside = self._inside()
        inside.out = self.root.names.give("part")
        arguments, renamed, filled = self._parameters(node, inside, place)
        body = [*filled, *inside.body(node.body)]
        defined = self._writes_part(name, arguments, inside.out, body, place)
        if renamed and isinstance(defined, ast.FunctionDef):
            keys: list[ast.expr | None] = [ast.Constant(key, **place) for key in renamed]
            values: list[ast.expr] = [ast.Constant(value, **place) for value in renamed.values()]
            names = ast.Dict(keys, values, **place)
            defined.decorator_list.append(self.low.support("taking", [names], place))
        return [defined]

    def _parameters(
        self, node: nodes.Macro | nodes.CallBlock, inside: Writer, place: At
    ) -> tuple[ast.arguments, dict[str, str], list[ast.stmt]]:
        """Return the parameters, those with another name in Python, and what fills in defaults."""
        arguments = _arguments((), place)
        renamed: dict[str, str] = {}
        filled: list[ast.stmt] = []
        first_default = len(node.args) - len(node.defaults)
        for index, parameter in enumerate(node.args):
            where = self.low.at(parameter)
            identifier = self.root.names.give_parameter(parameter.name)
            if identifier != parameter.name:
                renamed[parameter.name] = identifier
            default = node.defaults[index - first_default] if index >= first_default else None
            value: ast.expr = self.low.named("missing", where)
            if isinstance(default, nodes.Const):
                value = inside.low.value(default)
            elif default is not None:
                test = ast.Compare(
                    load(identifier, where), [ast.Is()], [self.low.named("missing", where)], **where
                )
                fill = assign(identifier, inside.low.value(default), where)
                filled.append(ast.If(test, [fill], [], **where))
            arguments.args.append(ast.arg(identifier, **where))
            arguments.defaults.append(value)
            inside.block.variables[parameter.name] = Local(parameter.name, identifier, "any", default is None)
        self._special_parameters(node, inside, arguments, place)
        return arguments, renamed, filled

    def _special_parameters(
        self, node: nodes.Macro | nodes.CallBlock, inside: Writer, arguments: ast.arguments, place: At
    ) -> None:
        """Give a macro `varargs`, `kwargs` and `caller`, where its body reads them."""
        named = {parameter.name for parameter in node.args}
        for special in ("varargs", "kwargs", "caller"):
            if special in named or not reads_name(node.body, special):
                continue
            identifier = self.root.names.give_parameter(special)
            parameter = ast.arg(identifier, **place)
            if special == "varargs":
                arguments.vararg = parameter
            elif special == "kwargs":
                arguments.kwarg = parameter
            else:
                arguments.kwonlyargs.append(parameter)
                arguments.kw_defaults.append(self.low.named("missing", place))
            inside.block.variables[special] = Local(special, identifier, "any", special == "caller")

    def _call_block(self, node: nodes.CallBlock, place: At) -> list[ast.stmt]:
        caller = self.root.names.give("caller")
        statements = self._macro(node, caller, place)
        passed = ast.keyword("caller", load(caller, place), **place)
        value = call_with(self.low, node.call, [passed])
        return [*statements, self.write(self.low.support("text", [value], place), place)]

    def _include(self, node: nodes.Include, place: At) -> list[ast.stmt]:
        included = included_text(self.low, node)
        if included is None or included.tree is None:
            return []
        module = self.root.module
        stem = "".join(char if char.isalnum() else "_" for char in _stem(included.source))
        name = module.fresh(f"include_{stem}")
        scope: Scope = self.block if node.with_context else Block(Root(_NoNames(), module, place))
        loads = _define(included, scope, module, name, [])
        return [ast.Expr(call(name, [load(self.out, place), *loads(place)], place), **place)]


class _NoNames:
    """A scope without variables."""

    def find(self, name: str) -> None:
        """Return None."""
        return

    def names(self) -> Iterable[str]:
        """Return nothing."""
        return ()


def _stem(source: Source) -> str:
    return source.name.replace("\\", "/").rpartition("/")[2].partition(".")[0]


def _is_inline(low: Lowering, node: nodes.Node) -> bool:
    return is_inline(low, [node])


def _width(target: nodes.Node) -> int:
    return len(target.items) if isinstance(target, nodes.Tuple) else 1


def _loaded(target: nodes.Node) -> nodes.Expr:
    """Return an assignment's target as the value that it was given."""
    if isinstance(target, nodes.Tuple):
        return nodes.Tuple([_loaded(item) for item in target.items], "load", lineno=target.lineno)
    assert isinstance(target, nodes.Name)
    return nodes.Name(target.name, "load", lineno=target.lineno)


def _apply(low: Lowering, node: nodes.Filter, value: ast.expr) -> ast.expr:
    """Return a chain of filters, whose innermost has no value of its own, applied to one."""
    if isinstance(node.node, nodes.Filter):
        value = _apply(low, node.node, value)
    return filtered(low, node, value)
