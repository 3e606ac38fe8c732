"""Templates that reach for what a template must not have, from public advisories and by program."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

KNOWN: Final = (
    # `str.format` reaches attributes (CVE-2016-10745), and so does `format_map` (CVE-2019-10906).
    "{{ '{0.__class__.__init__.__globals__}'.format(xs) }}",
    "{{ '{a.__class__.__base__.__subclasses__}'.format(a=name) }}",
    "{{ '{a.__class__.mro}'.format_map({'a': name}) }}",
    "{{ '{a.__class__}'.format_map(dict(a=42)) }}",
    "{{ '{x[__class__]}'.format(x=name) }}",
    "{{ '{0!r:{1.__class__}}'.format(1, 2) }}",
    "{{ '{:{0.__class__}}'.format('', '') }}",
    # A reference to `format` that is called later (CVE-2024-56326), by `|attr` (CVE-2025-27516), by `map`.
    "{% set f = '{0.__class__}'.format %}{{ f(name) }}",
    "{{ ('{0.__class__.__mro__}'|attr('format'))(name) }}",
    "{{ ('{a.__class__}'|attr('format_map'))({'a': name}) }}",
    "{% set f = '{0.__class__}'|attr('format') %}{{ f(42) }}",
    "{{ ['{0.__class__}']|map('attr', 'format')|map('call')|list }}",
    "{{ (['{0.__class__}']|map('attr', 'format')|first)(name) }}",
    "{{ (['{0.__class__}']|map(attribute='format')|first)(name) }}",
    "{{ dict(f='{0.__class__}'.format).f(name) }}",
    "{{ {'f': '{0.__class__}'.format}['f'](name) }}",
    "{{ ['{0.__class__}'.format][0](name) }}",
    "{% macro m(f) %}{{ f(name) }}{% endmacro %}{{ m('{0.__class__}'.format) }}",
    "{% macro m() %}{{ caller('{0.__class__}'.format) }}{% endmacro %}{% call(f) m() %}{{ f(name) }}{% endcall %}",
    "{% set ns = namespace(f='{0.__class__}'.format) %}{{ ns.f(name) }}",
    "{% for f in ['{0.__class__}'.format, '{0.__class__}'.format_map] %}{{ f(name) }}{% endfor %}",
    "{% with f = '{0.__class__}'.format %}{{ f(name) }}{% endwith %}",
    "{{ ('{0.__class__}'.format if true else 0)(name) }}",
    "{{ ('{0.__class__}'|safe).format(name) }}{{ ('{0.__class__}'|safe).format_map({'0': 1}) }}",
    "{{ '{0.__class__}'|safe|attr('format') }}",
    "{{ '%s'|format('{0.__class__}'.format) }}",
    "{{ ''.format.__self__.__class__ }}",
    "{{ '{0.format.__self__}'.format('x') }}",
    "{{ '{0.upper}'.format(name) }}",
    "{{ '{0.keys}'.format(d) }}",
    "{{ '{.real.__class__}'.format(1) }}",
    # A file name or a name of a filter as code (CVE-2024-56201), and names of the compiler's own.
    "{{ name|__class__ }}",
    "{% filter __import__('os').system('id') %}x{% endfilter %}",
    "{% include '__init__.py' %}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../etc/passwd' %}",
    "{% include name %}",
    "{% include ['a', name] ignore missing %}",
    "{% include 'file:///etc/passwd' %}",
    "{% include '/proc/self/environ' %}",
    "{% include '/dev/zero' %}",
    "{% include '\\x00' %}",
    "{% include 'flow.yaml' %}",
    "{% import 'os' as os %}{{ os.system('id') }}",
    "{% from 'os' import system %}{{ system('id') }}",
    "{% extends 'os' %}",
    "{% block x %}{{ self.x.__globals__ }}{% endblock %}",
    "{{ self.__dict__ }}{{ super() }}",
    "{{ context.__class__ }}{{ environment.__class__ }}{{ resolve('x') }}",
    "{{ undefined(name='x') }}{{ Undefined() }}{{ missing.__class__ }}",
    "{{ filters.upper }}{{ tests.odd }}{{ attr(name, 'x') }}{{ invoke(name) }}",
    "{{ text(name) }}{{ concat(name) }}{{ Generate() }}{{ memory.set_state }}",
    "{{ __turbo_source__ }}{{ __name__ }}{{ __file__ }}{{ __loader__ }}{{ __spec__ }}",
    "{{ out.write('x') }}{{ running }}{{ current_limits() }}",
    # What frames and frameworks leave lying around.
    "{{ lipsum.__globals__.os.environ }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ joiner.__init__.__globals__['__builtins__']['eval']('1') }}",
    "{{ namespace.__init__.__globals__.os }}",
    "{{ config.items() }}",
    "{{ request|attr('application')|attr('\\x5f\\x5fglobals\\x5f\\x5f') }}",
    "{{ url_for.__globals__.current_app.config }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ g.pop.__globals__.__builtins__ }}",
    "{{ session.__class__ }}{{ settings.SECRET_KEY }}{{ environ.SECRET_KEY }}{{ env.SECRET_KEY }}",
    "{{ os.environ.SECRET_KEY }}{{ sys.modules }}{{ builtins.open }}",
    "{{ handler.settings }}{{ app.config }}{{ _tt_utf8 }}",
    "{{ [].__class__.__base__.__subclasses__()[104].__init__.__globals__['sys'].modules['os'].popen('id').read() }}",
    "{{ ''.__class__.__mro__[2].__subclasses__()[40]('/etc/passwd').read() }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{% if c.__name__ == 'catch_warnings' %}{{ c }}{% endif %}{% endfor %}",
    "{% set x = ().__class__.__bases__[0] %}{{ x.__subclasses__() }}",
    "{{ (()|attr('__class__')|attr('__base__')|attr('__subclasses__'))() }}",
    "{%print(''.__class__)%}",
    "{% if ''.__class__ %}x{% endif %}",
    "{% set a, b = ''.__class__.__mro__ %}{{ a }}",
    "{{ ''[request.args.param] }}{{ ''[cookies.c] }}",
    "{{ dict(__class__=1)|list|first }}{{ ''[dict(__class__=1)|list|first] }}",
    "{{ ''[['__cl', 'ass__']|join] }}",
    "{{ ''['%c%cclass%c%c' % (95, 95, 95, 95)] }}",
    "{{ ''['%c%cclass%c%c'|format(95, 95, 95, 95)] }}",
    "{{ ''['{0}{0}class{0}{0}'.format('_')] }}",
    "{{ ''['__ssalc__'|reverse] }}",
    "{{ ''['__CLASS__'|lower] }}",
    "{{ ''['\\137\\137class\\137\\137'] }}",
    "{{ ''['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "{{ ''['\\N{LOW LINE}\\N{LOW LINE}class__'] }}",
    "{{ ''['_' * 2 ~ 'class' ~ '_' * 2] }}",
    "{{ ''['X__class__X'|replace('X', '')] }}",
    "{{ ''['X__class__X'[1:10]] }}",
    "{{ ''[{'__class__': 1}|dictsort|first|first] }}",
    "{{ ''['\"__class__\"'|fromjson] }}{{ ''['__class__'|fromyaml] }}",
    "{{ ''['%5F%5Fclass%5F%5F'] }}{{ ''|attr('__class__'|urlencode) }}",
    "{{ ''.\uff3f\uff3fclass\uff3f\uff3f }}",
    "{{ ''.__ｃｌａｓｓ__ }}",
    "{{ ''.__𝒸lass__ }}",
    "{{ ''['＿＿class＿＿'] }}",
    "{% set ﹍﹍class﹍﹍ = 1 %}{{ ﹍﹍class﹍﹍ }}{{ ''.__class__ }}",
    # What prints by itself: `__html__`, `__str__`, `__format__`, by a namespace or a map.
    "{% set ns = namespace(__html__=xs.append) %}{{ ns|e }}",
    "{{ namespace(__html__=name.upper)|e }}",
    "{{ namespace(__html__=name.upper)|safe }}{{ namespace(__html__=name.upper)|forceescape }}",
    "{{ dict(__html__=name.upper)|e }}{{ {'__html__': name.upper}|escape }}",
    "{{ namespace(__str__=name.upper)|string }}",
    "{{ namespace(__format__=name.upper) ~ '' }}{{ '{}'.format(namespace(__format__=name.upper)) }}",
    "{{ namespace(__iter__=name.upper)|list }}{% for x in namespace(__iter__=name.upper) %}{% endfor %}",
    "{{ namespace(__len__=name.upper)|length }}{{ namespace(__getitem__=name.upper)[0] }}",
    "{{ namespace(__eq__=name.upper) == 1 }}{{ namespace(__lt__=name.upper) < 1 }}",
    "{{ namespace(__call__=name.upper)() }}{{ dict(__call__=name.upper)() }}",
    "{{ namespace(__contains__=name.upper) is defined and 1 in namespace(__contains__=name.upper) }}",
    "{{ namespace(__add__=name.upper) + 1 }}{{ namespace(__class__=1).__class__ }}",
    "{% set ns = namespace() %}{% set ns.__class__ = name.upper %}{{ ns.__class__.__self__ }}",
    "{% set ns = namespace() %}{% set ns.__dict__ = {} %}{% set ns.values = 1 %}{{ ns.member }}{{ ns.values.owner }}",
    # Macros and what belongs to them.
    "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}{{ m._func }}{{ m.arguments }}{{ m.catch_kwargs }}",
    "{% macro m() %}{{ varargs.__class__ }}{{ kwargs.__class__ }}{% endmacro %}{{ m(1, a=2) }}",
    "{% macro m() %}{{ kwargs.update(a=1) }}{% endmacro %}{{ m(a=2) }}",
    "{% macro m() %}{{ caller.__closure__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m(x=xs.append(4)) %}{% endmacro %}{{ m() }}",
    "{% macro __init__() %}{% endmacro %}{{ __init__.__globals__ }}",
    "{% macro caller() %}{% endmacro %}{{ caller.__globals__ }}",
    "{% macro m(*args) %}{{ args }}{% endmacro %}{{ m(1) }}",
    "{{ m(*xs) }}{{ range(*xs).__class__ }}{{ dict(**d).__class__ }}",
    "{% call name.format() %}{% endcall %}",
    "{% call(x) xs.append() %}{{ x }}{% endcall %}",
    "{% set loop = 1 %}{% for x in xs %}{{ loop._iterator }}{% endfor %}",
    "{% for x in xs %}{{ loop.__init__.__globals__ }}{{ loop._undefined }}{{ loop.member }}{{ loop.changes }}{% endfor %}",
    "{% for x in xs %}{{ loop.items }}{{ loop.cycle.owner }}{{ loop.changed.function }}{% endfor %}",
    "{% for k, v in d|dictsort %}{{ k.__class__ }}{% endfor %}",
    "{% for x in ''.__class__.__mro__ %}{{ x }}{% endfor %}",
    # What changes data, or shares it.
    "{{ xs.append(4) }}{{ xs|attr('append') }}{{ xs.__setitem__(0, 9) }}{{ xs.__imul__(3) }}",
    "{% set ys = xs %}{{ ys.clear() }}",
    "{% set xs.a = 1 %}",
    "{% set d.a = 2 %}",
    "{% set d['a'] = 2 %}",
    "{{ d.setdefault('q', 1) }}{{ d.update({'q': 1}) }}{{ d.__ior__({'q': 1}) }}",
    "{{ d|attr('pop') }}{{ d.popitem() }}{{ d['pop']('a') }}",
    "{% do xs.append(4) %}",
    "{% for x in xs %}{{ xs.remove(x) }}{% endfor %}",
    "{{ xs.sort() or xs }}{{ (xs|map('upper')).append }}",
    "{{ [xs]|map('attr', 'append')|map('first') }}",
    # Undefined, null and their like.
    "{{ nowhere.__class__.__init__ }}{{ nowhere._fail_with_undefined_error }}",
    "{{ (nowhere|default(name)).__class__ }}{{ nothing.__class__ }}",
    "{{ nowhere is defined and nowhere.__class__ }}{{ ''.__class__ is defined }}{{ ''.__class__ }}",
    "{{ d.nowhere|default(''.__class__) }}",
    "{{ ''.__class__|default('safe')|upper }}{{ xs.__class__ }}",
    "{{ name|attr('nowhere')|default(1) }}{{ name|attr(1) }}{{ name|attr(none) }}{{ name|attr(xs) }}",
    # Filters that take names, functions or attributes.
    "{{ xs|map(name.upper)|list }}{{ xs|map(xs)|list }}{{ xs|map(d)|list }}{{ xs|map(none)|list }}",
    "{{ xs|select(name.upper)|list }}{{ xs|reject(none)|list }}{{ xs|selectattr(name.upper)|list }}",
    "{{ [d]|map(attribute='a.__class__')|list }}{{ [d]|map(attribute='__class__', default=1)|list }}",
    "{{ [d]|sum(attribute='__class__') }}{{ [d]|groupby('__init__.__globals__') }}",
    "{{ [d]|unique(attribute='__class__')|list }}{{ [d]|min(attribute='__class__') }}",
    "{{ [d]|sort(attribute='a,__class__')|list }}{{ [d]|join(attribute='__class__') }}",
    "{{ [d]|selectattr('a.__class__', 'eq', 1)|list }}{{ [d]|rejectattr('__class__')|list }}",
    "{{ [name]|map('format', name.upper)|list }}{{ ['{0.__class__}']|map('format', 1)|list }}",
    "{{ xs|sort(attribute=name.upper) }}{{ xs|groupby(none) }}{{ xs|batch(name.upper) }}",
    "{{ name|indent(name.upper) }}{{ name|truncate(name.upper) }}{{ name|default(name.upper) }}",
    "{{ name|tojson(name.upper) }}{{ name.upper|tojson }}{{ name.upper|pprint }}{{ range|pprint }}",
    "{{ name.upper|string }}{{ name.upper|list }}{{ name.upper|length }}{{ name.upper ~ '' }}",
    "{{ range ~ '' }}{{ dict ~ '' }}{{ namespace() ~ '' }}{{ now ~ '' }}",
    "{{ [range] }}{{ {'a': dict} }}{{ [namespace()]|json }}{{ (now,) }}",
    "{{ '%s' % range }}{{ '%r' % (dict,) }}{{ '%(a)s' % {'a': now} }}",
    "{{ {range: 1} }}{{ d[range] }}{{ d.get(range) }}{{ xs[range] }}{{ xs[dict] }}",
    "{{ range in [range] }}{{ range == range }}{{ range < range }}{{ [range]|sort }}",
    "{{ xs|xmlattr }}{{ {'a b': 1}|xmlattr }}{{ {'onload=x ': 1}|xmlattr }}{{ {'a/b': 1, 'a>b': 2}|xmlattr }}",
    "{{ name|urlize(target='\\\"><script>') }}{{ 'a.de'|urlize(rel=name.upper) }}",
    "{{ name|trusted }}{{ range|trusted }}{{ name.upper|trusted }}",
    "{{ '!!python/object/apply:os.system [id]'|fromyaml }}",
    "{{ '!!python/name:os.system'|fromyaml }}{{ '{a: !env SECRET_KEY}'|fromyaml }}",
    "{{ '{\"__class__\": 1}'|fromjson }}{{ '{\"__reduce__\": [\"os.system\"]}'|fromjson }}",
    "{{ 'a'|regex_search(name.upper) }}{{ name.upper|regex_search('a') }}{{ 'a'|regex_findall('(?P<__class__>a)') }}",
    "{{ 'a'.maketrans({'a': name.upper}) }}{{ 'a'.translate({97: name.upper}) }}",
    "{{ 'a'.join([name.upper]) }}{{ 'a'.split(name.upper) }}{{ 'a'.replace('a', name.upper) }}",
    "{{ 'a'.startswith((name, range)) }}{{ 'a'.count(range) }}{{ 'a'.zfill(range) }}",
    "{{ (1).__add__ }}{{ (1).real.__class__ }}{{ (1).numerator.__class__ }}{{ (1.0).fromhex('0x1') }}",
    "{{ (1).from_bytes('a', 'big') }}{{ (1).as_integer_ratio.__self__ }}{{ true.real.__class__ }}",
    "{{ range(3).start.__class__ }}{{ range(3).index.owner }}{{ range(3).__reduce__() }}",
    "{{ ('a' is string).__class__ }}{{ (xs is callable).__class__ }}{{ name is __class__ }}",
    "{% autoescape false %}{{ name.__class__ }}{% endautoescape %}",
    "{% trans %}{{ name.__class__ }}{% endtrans %}",
    "{% debug %}",
    "{% set __builtins__ = 1 %}{{ open('/etc/passwd') }}",
    "{% set open = 1 %}{{ open }}{% set eval = name.upper %}{{ eval.owner }}",
    "{% set text = 1 %}{% set filters = 2 %}{% set attr = 3 %}{{ name|upper }}{{ d.a }}{{ text }}{{ filters.x }}",
    "{% set out = 1 %}{% set loop_1 = 2 %}{% for x in xs %}{{ out.write }}{% endfor %}",
)  # fmt: skip

_OWNERS: Final = (
    "''", "name", "name.upper", "1", "1.5", "true", "none", "[]", "()", "{}", "xs", "d", "range(3)", "range",
    "dict", "namespace", "namespace(a=1)", "now", "('a'|safe)", "(xs|map('string'))", "(d|dictsort)",
    "([d]|groupby('a')|first)", "nothing",
)  # fmt: skip
_MEMBERS: Final = (
    "__class__", "__init__", "__globals__", "__mro__", "__subclasses__", "__dict__", "__getattribute__",
    "__reduce__", "__reduce_ex__", "__self__", "__func__", "__code__", "__closure__", "__wrapped__", "__doc__",
    "__module__", "__base__", "__bases__", "__format__", "__sizeof__", "__annotations__", "__defaults__",
    "__builtins__", "__html__", "__slots__", "__weakref__", "mro", "gi_frame", "cr_frame", "ag_frame", "f_globals",
    "f_back", "tb_frame", "func_globals", "co_consts", "im_class", "owner", "function", "member", "values_",
    "_fields", "_asdict", "_replace", "_", "__", "__\u200bclass__",
)  # fmt: skip


def _spelled(owner: str, member: str) -> Iterator[str]:
    """Yield templates that ask an owner for a member, each in another spelling."""
    hexed = "".join(f"\\x{ord(char):02x}" if ord(char) < 256 else char for char in member)
    half = len(member) // 2
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in member)
    yield f"{{{{ {owner}.{member} }}}}"
    yield f"{{{{ {owner}['{member}'] }}}}"
    yield f'{{{{ {owner}["{hexed}"] }}}}'
    yield f"{{{{ {owner}['{member[:half]}' ~ '{member[half:]}'] }}}}"
    yield f"{{{{ {owner}|attr('{member}') }}}}"
    yield f"{{{{ {owner}|attr('{member[::-1]}'|reverse) }}}}"
    yield f"{{{{ [{owner}]|map('attr', '{member}')|list }}}}"
    yield f"{{{{ [{owner}]|map(attribute='{member}')|list }}}}"
    yield f"{{{{ [{owner}]|map(attribute='0.{member}')|first }}}}"
    yield f"{{{{ [{owner}]|groupby('{member}') }}}}"
    yield f"{{{{ [{owner}, {owner}]|sort(attribute='{member}') }}}}"
    yield f"{{{{ [{owner}]|selectattr('{member}', 'string')|list }}}}{{{{ 0.{member} }}}}"
    yield f"{{{{ '{{0.{member}}}'.format({owner}) }}}}"
    yield f"{{{{ '{{0[{member}]}}'.format({owner}) }}}}"
    yield f"{{{{ '{{a.{member}}}'.format_map({{'a': {owner}}}) }}}}"
    yield f"{{{{ ('{{0.{member}}}'|attr('format'))({owner}) }}}}"
    yield f"{{{{ ('{{0.{member}}}'|safe).format({owner}) }}}}"
    yield f"{{% set f = {owner}.{member} %}}{{{{ f() }}}}"
    yield f"{{% for x in {owner}.{member} %}}{{{{ x }}}}{{% endfor %}}"
    yield f"{{{{ {owner}.{wide} }}}}"
    yield f"{{{{ {owner}.{member}() }}}}"
    yield f"{{{{ {owner}.{member}.{member}.{member} }}}}"
    yield f"{{{{ dict(x={owner}).x.{member} }}}}"
    yield f"{{{{ namespace(x={owner}).x|attr('{member}') }}}}"
    yield f"{{{{ ({owner} if true else 1).{member} }}}}{{{{ {owner}.get('{member}') }}}}"


def spelled() -> list[str]:
    """Return every owner, member and spelling."""
    return [template for owner, member in product(_OWNERS, _MEMBERS) for template in _spelled(owner, member)]
