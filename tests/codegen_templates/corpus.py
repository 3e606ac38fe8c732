"""Templates by hand, with data for all of them: what stock Jinja renders, we render."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

from typing import Any

DATA: dict[str, Any] = {
    "s": "Hello World",
    "t": "a,b,c",
    "e": "",
    "html": '<b>"it\'s" & more</b>',
    "long": "The quick brown fox jumps over the lazy dog, and then it rests under a tree.",
    "lines": "one\n  two\n\nthree\n",
    "n": 5,
    "m": -3,
    "z": 0,
    "f": 2.5,
    "yes": True,
    "no": False,
    "nil": None,
    "xs": [3, 1, 2],
    "ws": ["b", "A", "c", "a"],
    "empty": [],
    "ms": [
        {"name": "Al", "age": 3, "city": {"name": "Rome"}, "tags": ["x"]},
        {"name": "bo", "age": 2, "city": {"name": "Bern"}, "tags": []},
        {"name": "Cy", "age": 3, "city": {"name": "Rome"}, "tags": ["y", "z"]},
    ],
    "d": {"a": 1, "b": 2},
    "o": {"name": "N", "inner": {"x": [1, {"y": "deep"}]}, "n-1": "dash", "7": "seven"},
    "tree": [{"n": 1, "c": [{"n": 2, "c": []}, {"n": 3, "c": [{"n": 4, "c": []}]}]}, {"n": 5, "c": []}],
}

OUTPUT = """
{{ s }}
{{s}}{{ n }}
{{- s -}}
  {{ s }}
{{ 'a' 'b' }}
{{ "it's" }}
{{ 'tab\\tand\\x41\\u00e9\\101' }}
{{ '\\d+' }}
{{ 5 }} {{ 0x1F }} {{ 0o17 }} {{ 0b11 }} {{ 1_000 }} {{ 1.5 }} {{ 1e3 }}
{{ true }} {{ True }} {{ false }} {{ False }}
{{ [1, 'a', [2]] }}
{{ (1, 2) }}
{{ {'a': 1, 'b': [true]} }}
{{ (s) }}
{{ f }}
{# a comment #}x
a{#- eats -#} b
a {% raw %}{{ s }} {% not a tag %}{% endraw %} b
{%- raw -%} {{ s }} {%- endraw -%} x
{{ o.name }} {{ o['name'] }} {{ o["n-1"] }}
{{ o.inner.x.0 }} {{ o.inner.x[1].y }} {{ o.inner['x'][-1]['y'] }}
{{ xs[0] }}{{ xs[-1] }}{{ xs.1 }}
{{ xs[1:] }}{{ xs[:1] }}{{ xs[::-1] }}{{ xs[0:2:1] }}{{ xs[:] }}
{{ s[0] }}{{ s[-1] }}{{ s[1:4] }}{{ s[::2] }}
{{ d.a }}{{ d['b'] }}
{{ s if yes }}{{ s if no }}|
{{ s if no else t }}
{{ 'a' if n > 3 else 'b' if n > 1 else 'c' }}
{{ [1, 2, 3][n - 4] }}
{{ {'k': 'v'}['k'] }}
{{ {'k': 'v'}.k }}
{% print s %}{% print s, n %}
{{ [] }}{{ {} }}{{ () }}
{{ [1,] }}{{ (1,) }}{{ {'a': 1,} }}
{{ ['a', 'b'][0] ~ 'c' }}
{{ '{{' }}{{ '}}' }}{{ '%}' }}
{{ "a\\nb" }}
{{ s
   | upper
}}
{{ range(3) }}
{{ d.items()|list }}
""".strip("\n")

OPERATORS = """
{{ 1 + 2 }}{{ n - 3 }}{{ n * m }}{{ n / 2 }}{{ n // 2 }}{{ m // 2 }}{{ n % 3 }}{{ m % 3 }}{{ 2 ** 10 }}
{{ 2 ** -1 }}{{ 2 ** 3 ** 2 }}{{ -2 ** 2 }}{{ - n }}{{ + n }}{{ -f }}{{ --n }}
{{ 1.5 + n }}{{ f * 2 }}{{ f // 1 }}{{ f % 1 }}
{{ 'a' + 'b' }}{{ 'ab' * 3 }}{{ 3 * 'ab' }}{{ [1] + [2] }}{{ [0] * 3 }}{{ (1,) + (2,) }}
{{ 'a' ~ 1 ~ s }}{{ 1 ~ 2 }}{{ f ~ 'x' }}
{{ 1 == 1 }}{{ 1 == 1.0 }}{{ '1' == 1 }}{{ n != 5 }}{{ xs == [3, 1, 2] }}{{ d == {'b': 2, 'a': 1} }}
{{ n < 6 }}{{ n <= 5 }}{{ n > 5 }}{{ n >= 5 }}{{ 'a' < 'b' }}{{ [1] < [2] }}{{ f > n }}
{{ 1 < n < 9 }}{{ 1 < n < 2 }}{{ 1 < n + 1 <= 6 != 7 }}{{ 9 > n > 1 > 0 }}{{ n == n == 5 }}
{{ 1 in xs }}{{ 9 in xs }}{{ 'a' in d }}{{ 'l' in s }}{{ 1 not in xs }}{{ 'zz' not in s }}
{{ not yes }}{{ not e }}{{ not not n }}{{ not n in xs }}
{{ yes and no }}{{ yes or no }}{{ n and s }}{{ e or s }}{{ z or e or 'last' }}{{ n and z }}
{{ (yes and no) or yes }}{{ yes and (no or yes) }}{{ not (yes and no) }}
{{ 1 + 2 * 3 - 4 }}{{ (1 + 2) * 3 }}{{ 7 - 2 - 1 }}{{ 2 * 3 % 4 }}
{{ 'Hello %s' % s }}{{ '%d-%05.2f-%x' % (n, f, 255) }}{{ '%(a)s' % d }}{{ '%5s|%-5s|' % ('a', 'b') }}
{{ '%%' % () }}{{ '%s' % 'a' }}{{ '%c' % 'x' }}{{ '%e' % f }}{{ '%+d' % n }}{{ '%3d%%' % n }}
{{ 'a' is string and n is number }}
{{ 1 if 1 else 2 + 3 }}
{{ n + (1 if yes else 2) }}
{{ xs[0] + xs[1] }}{{ s + t }}{{ xs + ws }}
{{ 10 / 4 }}{{ 10 // 4 }}{{ 10 % 4 }}{{ -7 // 2 }}{{ -7 % 3 }}{{ 7.5 // 2 }}
{{ 1 + true }}{{ true * 3 }}
""".strip("\n")

METHODS = """
{{ s.upper() }}{{ s.lower() }}{{ s.title() }}{{ s.swapcase() }}{{ s.capitalize() }}{{ s.casefold() }}
{{ s.center(20) }}|{{ s.ljust(15, '.') }}|{{ s.rjust(15) }}|{{ '7'.zfill(3) }}
{{ s.startswith('He') }}{{ s.endswith(('ld', 'x')) }}{{ s.find('o') }}{{ s.rfind('o') }}{{ s.index('W') }}
{{ s.count('l') }}{{ s.replace('l', 'L') }}{{ s.replace('l', 'L', 1) }}
{{ t.split(',') }}{{ t.rsplit(',', 1) }}{{ s.split() }}{{ lines.splitlines() }}{{ t.partition(',') }}
{{ ' a '.strip() }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ 'xax'.strip('x') }}
{{ ', '.join(ws) }}{{ ''.join(['a', 'b']) }}{{ '-'.join('abc') }}
{{ s.isalpha() }}{{ '12'.isdigit() }}{{ 'a'.isalnum() }}{{ ' '.isspace() }}{{ 'A'.isupper() }}{{ 'a'.islower() }}
{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}{{ 'a\\tb'.expandtabs(4) }}
{{ '{} and {}'.format('a', n) }}{{ '{0}{1}{0}'.format(1, 2) }}{{ '{x}'.format(x=s) }}
{{ '{:>5}|{:<5}|{:^5}|'.format('a', 'b', 'c') }}{{ '{:05d}'.format(n) }}{{ '{:.2f}'.format(f) }}{{ '{:,}'.format(1000000) }}
{{ '{0[a]}{0[b]}'.format(d) }}{{ '{0.name}'.format(o) }}{{ '{!r}'.format('q') }}{{ '{{}}'.format() }}
{{ '{:{w}}|'.format('a', w=4) }}{{ '{:%}'.format(0.5) }}{{ '{:x}{:b}'.format(255, 5) }}
{{ '{a}-{b}'.format_map(d) }}{{ '{a}'.format(**d) }}{{ '{}{}'.format(*xs[:2]) }}
{{ d.get('a') }}{{ d.get('q', 'none') }}{{ d.keys()|list }}{{ d.values()|list }}{{ d.items()|list }}{{ d.copy() }}
{{ xs.count(1) }}{{ xs.index(2) }}{{ (1, 2, 1).count(1) }}{{ xs.copy() }}
{{ n.bit_length() }}{{ f.is_integer() }}{{ (2.0).is_integer() }}
{{ 'abc'.translate({97: 'x'}) }}{{ 'ab'.translate(''.maketrans('a', 'z')) }}
{% set up = s.upper %}{{ up() }}
{{ range(1, 10, 3).index(4) }}{{ range(5).stop }}{{ range(5).count(2) }}
{{ s['upper']() }}{{ (s|attr('upper'))() }}
{{ dict(a=1) }}{{ dict(d, c=3) }}{{ dict([('x', 1)]).x }}
{{ n.real }}{{ n.imag }}{{ n.numerator }}{{ f.real }}
""".strip("\n")

FILTERS = """
{{ m|abs }}{{ f|abs }}{{ -5|abs }}{{ (-5)|abs }}
{{ (s|attr('upper'))() }}
{{ xs|batch(2)|list }}{{ xs|batch(2, 'x')|list }}{{ [1,2,3,4]|batch(2)|list }}{{ []|batch(2)|list }}
{{ s|capitalize }}{{ 'ABC'|capitalize }}
{{ s|center(21) }}|{{ 'x'|center }}|
{{ xs|count }}{{ s|length }}{{ d|length }}{{ e|length }}
{{ q|default('x') }}{{ q|d('x') }}{{ s|default('x') }}{{ e|default('x', true) }}{{ e|default('x') }}{{ q|default }}|
{{ z|default(7, boolean=true) }}{{ o.q|default('none') }}{{ o['q']|default(n) }}{{ nil|default('n', true) }}
{{ q|default(default_value='k') }}{{ n|default(q2|default('z')) }}{{ (o.q|default(o.name))|upper }}
{{ d|dictsort }}{{ {'b': 1, 'A': 3, 'c': 2}|dictsort }}{{ {'b': 1, 'A': 3}|dictsort(true) }}
{{ {'b': 1, 'A': 3, 'c': 2}|dictsort(by='value') }}{{ {'b': 1, 'A': 3}|dictsort(reverse=true) }}
{{ html|e }}{{ html|escape }}{{ html|e|e }}{{ html|escape|upper }}{{ (html|e) ~ '<i>' }}{{ (html|e) + '<i>' }}
{{ html|forceescape }}{{ html|e|forceescape }}{{ html|safe }}{{ html|safe|e }}{{ html|safe|string|e }}
{{ ('<b>%s</b>'|safe) % html }}{{ ('<b>%s</b>'|safe)|format(html) }}{{ ('<i>'|safe) ~ html }}{{ ('<i>'|safe).join([html, 'x']) }}
{{ ('<i>{}'|safe).format(html) }}{{ ['<a>'|safe, html]|join('<br>') }}{{ ('a<b'|e).replace('a', '<') }}
{{ 1000|filesizeformat }}{{ 1|filesizeformat }}{{ 0|filesizeformat }}{{ 123456789|filesizeformat }}
{{ 1024|filesizeformat(true) }}{{ 123456789|filesizeformat(binary=true) }}{{ 1e30|filesizeformat }}{{ 999|filesizeformat }}
{{ xs|first }}{{ ws|first }}{{ s|first }}{{ d|first }}{{ []|first|default('none') }}
{{ '3.5'|float }}{{ 'x'|float }}{{ 'x'|float(1.5) }}{{ n|float }}{{ 'x'|float(default=2.5) }}
{{ '%s, %s!'|format('a', 'b') }}{{ '%(x)s'|format(x='y') }}{{ '%d'|format(n) }}
{% for g in ms|groupby('age') %}{{ g.grouper }}:{% for i in g.list %}{{ i.name }}{% endfor %};{% endfor %}
{% for k, v in ms|groupby('city.name') %}{{ k }}={{ v|map(attribute='name')|join('+') }};{% endfor %}
{{ ms|groupby('age')|map('first')|list }}{% for g in ws|groupby(0) %}{{ g[0] }}{{ g[1] }}{% endfor %}
{% for k, v in [{'c': 'X'}, {'c': 'x'}, {}]|groupby('c', default='n') %}{{ k }}{{ v|length }};{% endfor %}
{% for k, v in [{'c': 'X'}, {'c': 'x'}]|groupby('c', case_sensitive=true) %}{{ k }}{{ v|length }};{% endfor %}
{{ lines|indent }}|{{ lines|indent(2, true) }}|{{ lines|indent(2, first=true, blank=true) }}|{{ lines|indent('> ') }}|{{ 'a\\nb'|indent(width=1) }}
{{ '42'|int }}{{ '42.9'|int }}{{ 'x'|int }}{{ 'x'|int(7) }}{{ f|int }}{{ '0x1F'|int(0, 16) }}{{ '11'|int(base=2) }}{{ yes|int }}
{{ d|items|list }}{% for k, v in d|items %}{{ k }}{{ v }}{% endfor %}
{{ xs|join }}{{ xs|join(', ') }}{{ ms|join('; ', attribute='name') }}{{ ms|join('-', 'city.name') }}{{ s|join('.') }}{{ xs|join(d='+') }}
{{ xs|last }}{{ s|last }}{{ []|last|default('none') }}
{{ s|list }}{{ d|list }}{{ range(3)|list }}{{ (1, 2)|list }}
{{ s|lower }}{{ 5|lower }}{{ s|upper }}{{ f|upper }}
{{ ms|map(attribute='name')|list }}{{ ms|map(attribute='city.name')|join(',') }}{{ ws|map('upper')|list }}
{{ ms|map(attribute='tags.0', default='none')|list }}{{ xs|map('string')|join('/') }}{{ ws|map('replace', 'a', 'z')|list }}
{{ ['1', '2']|map('int')|sum }}{{ ms|map(attribute='q', default=0)|list }}{{ [' a ', 'b']|map('trim')|list }}{{ ['a']|map('default', 'x')|list }}
{{ xs|max }}{{ xs|min }}{{ ws|max }}{{ ws|min }}{{ ws|min(case_sensitive=true) }}{{ (ms|max(attribute='age')).name }}{{ []|max|default('e') }}
{{ d|pprint }}{{ s|pprint }}{{ xs|pprint }}
{{ xs|reject('odd')|list }}{{ xs|reject('gt', 2)|list }}{{ [0, 1, '']|reject|list }}
{{ ms|rejectattr('tags')|map(attribute='name')|list }}{{ ms|rejectattr('age', 'eq', 3)|map(attribute='name')|list }}
{{ s|replace('l', 'L') }}{{ s|replace('l', 'L', 2) }}{{ s|replace('', '-') }}{{ 555|replace(5, 6) }}{{ s|replace(old='o', new='0') }}
{{ s|reverse }}{{ xs|reverse|list }}{{ (1, 2)|reverse|list }}{{ d|reverse|list }}
{{ f|round }}{{ 42.55|round }}{{ 42.55|round(1) }}{{ 42.55|round(1, 'floor') }}{{ 42.51|round(method='ceil') }}{{ n|round }}{{ 1234|round(-2) }}{{ 2.5|round|int }}
{{ xs|select('odd')|list }}{{ xs|select('>', 1)|list }}{{ [0, 1, none, '']|select|list }}{{ ws|select('in', ['a', 'b'])|list }}{{ xs|select('divisibleby', 2)|list }}
{{ ms|selectattr('tags')|map(attribute='name')|list }}{{ ms|selectattr('age', 'equalto', 3)|map(attribute='name')|list }}{{ ms|selectattr('city.name', 'eq', 'Bern')|list|length }}{{ ms|selectattr('zip', 'defined')|list }}
{{ xs|slice(2)|list }}{{ range(10)|slice(3)|list }}{{ range(10)|slice(3, 'x')|list }}{{ []|slice(2)|list }}
{{ xs|sort }}{{ xs|sort(reverse=true) }}{{ ws|sort }}{{ ws|sort(case_sensitive=true) }}{{ ms|sort(attribute='name')|map(attribute='name')|list }}
{{ ms|sort(attribute='age,name')|map(attribute='name')|list }}{{ ms|sort(true, attribute='age')|map(attribute='name')|list }}{{ d|sort }}
{{ 5|string }}{{ s|string }}{{ f|string }}{{ 5|string ~ 'x' }}
{{ '<p>Hello <b>you</b>\\n there</p>'|striptags }}{{ html|striptags }}
{{ xs|sum }}{{ ms|sum(attribute='age') }}{{ xs|sum(start=10) }}{{ []|sum }}{{ [[1], [2]]|sum(start=[]) }}{{ [0.5, 1]|sum }}
{{ 'hello wORLD-foo (bar)'|title }}{{ s|title }}
{{ d|tojson }}{{ xs|tojson }}{{ html|tojson }}{{ {'b': 1, 'a': 2}|tojson }}{{ d|tojson(2) }}{{ none|tojson }}{{ true|tojson }}{{ 'é'|tojson }}
{{ '  a '|trim }}|{{ 'xxaxx'|trim('x') }}|{{ 5|trim }}|
{{ long|truncate(20) }}{{ long|truncate(20, true) }}{{ long|truncate(20, false, '…') }}{{ s|truncate(9, false, '...', 0) }}{{ s|truncate(9) }}{{ long|truncate }}{{ long|truncate(length=10, killwords=true, end='', leeway=0) }}
{{ [1, 2, 1]|unique|list }}{{ ws|unique|list }}{{ ['a', 'A']|unique|list }}{{ ['a', 'A']|unique(true)|list }}{{ ms|unique(attribute='age')|map(attribute='name')|list }}
{{ 'a b/c?d=é&f'|urlencode }}{{ {'a': 1, 'b c': 'd/é'}|urlencode }}{{ [('a', 'b')]|urlencode }}{{ 5|urlencode }}
{{ 'see https://example.com/x and me@example.org now'|urlize }}{{ 'www.example.com'|urlize(10, true) }}{{ 'http://a.bc'|urlize(target='_blank', rel='x') }}
{{ long|wordcount }}{{ e|wordcount }}{{ "it's a-b"|wordcount }}
{{ long|wordwrap(20) }}|{{ long|wordwrap(5, false) }}|{{ 'aaaa-bbbb cccc'|wordwrap(6, break_on_hyphens=false) }}|{{ lines|wordwrap(3, wrapstring='/') }}|{{ 'abcdefghij'|wordwrap(4) }}
{{ {'a': 1, 'b': none, 'c': '<'}|xmlattr }}{{ {'a': 1}|xmlattr(false) }}{{ {}|xmlattr }}
{{ s|upper|lower|title|length }}
{{ xs|sort|first + 1 }}{{ (xs|sort)[0] }}{{ xs|length * 2 }}{{ -(xs|length) }}
{{ s|upper is upper }}{{ xs|first is odd }}{{ n|string|length > 0 }}
{{ [3, 1]|sort|join(',')|replace(',', ';') }}
{{ 'a'|replace('a', 'b')|replace('b', 'c') ~ 'd'|upper }}
{{ ms|map(attribute='name')|map('lower')|select('ne', 'bo')|sort(reverse=true)|join(',') }}
{{ d.items()|map('first')|list }}{{ d.items()|map('last')|sum }}
""".strip("\n")

TESTS = """
{{ yes is boolean }}{{ n is boolean }}{{ s is callable }}{{ range is callable }}{{ s.upper is callable }}
{{ n is defined }}{{ q is defined }}{{ o.name is defined }}{{ o.q is defined }}{{ q is undefined }}{{ xs[9] is defined }}{{ o['q'] is undefined }}
{{ 9 is divisibleby 3 }}{{ n is divisibleby(2) }}{{ n is not divisibleby 2 }}{{ 9 is divisibleby(num=3) }}
{{ n is eq 5 }}{{ n is equalto(5) }}{{ n is ne 4 }}{{ n is gt 4 }}{{ n is greaterthan(4) }}{{ n is ge 5 }}{{ n is lt 6 }}{{ n is lessthan 6 }}{{ n is le 5 }}
{{ html|e is escaped }}{{ html is escaped }}{{ (html|safe) is escaped }}
{{ 4 is even }}{{ n is odd }}{{ z is even }}{{ f is even }}
{{ no is false }}{{ z is false }}{{ yes is true }}{{ 1 is true }}
{{ 'upper' is filter }}{{ 'nope' is filter }}{{ 'even' is test }}{{ 'nope' is test }}
{{ f is float }}{{ n is float }}{{ n is integer }}{{ yes is integer }}{{ f is integer }}{{ n is number }}{{ f is number }}{{ yes is number }}{{ s is number }}
{{ 1 is in xs }}{{ 'a' is in(['a']) }}{{ 9 is not in xs }}{{ 'l' is in s }}
{{ xs is iterable }}{{ n is iterable }}{{ s is iterable }}{{ d is iterable }}
{{ 'a' is lower }}{{ 'A' is upper }}{{ s is lower }}{{ s is upper }}{{ 5 is lower }}
{{ (1, 2) is none }}{{ () is true }}{{ (1, (2, 3)) is defined }}{{ -1 is undefined }}{{ (1 + 2) is not none }}{{ not -1 is defined }}
{{ d is mapping }}{{ xs is mapping }}{{ nil is none }}{{ n is none }}{{ nil is not none }}
{{ xs is sameas xs }}{{ n is sameas(5) }}{{ no is sameas false }}
{{ xs is sequence }}{{ s is sequence }}{{ n is sequence }}{{ d is sequence }}
{{ s is string }}{{ n is string }}{{ s is not string }}
{{ not n is odd }}{{ (n is odd) and (n is gt 2) }}{{ n is odd and n is gt 2 or no }}{{ 'x' if n is odd else 'y' }}
{{ s is string == true }}{{ xs|length is gt 2 }}{{ xs|first is eq 3 }}
""".strip("\n")

STATEMENTS = (
    "{% if yes %}a{% endif %}b",
    "{% if no %}a{% else %}b{% endif %}",
    "{% if no %}a{% elif n == 5 %}b{% else %}c{% endif %}",
    "{% if no %}a{% elif z %}b{% elif e %}c{% endif %}d",
    "{% if s %}text{% endif %}{% if e %}none{% endif %}{% if xs %}list{% endif %}{% if empty %}no{% endif %}",
    "a\n{% if yes %}\n  b\n{% endif %}\nc\n",
    "a\n  {%- if yes %}\n  b\n  {%- endif -%}\n  c\n",
    "a\n  {%+ if yes %}\n  b\n  {%+ endif %}\nc",
    "{% if yes +%}\nx\n{% endif %}",
    "{% for i in xs %}{{ i }},{% endfor %}",
    "{% for i in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}"
    "{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for i in xs %}{{ loop.previtem|default('-') }}{{ i }}{{ loop.nextitem|default('-') }} {% endfor %}",
    "{% for i in xs %}{{ loop.previtem if not loop.first }}{{ loop.nextitem is defined }}{% endfor %}",
    "{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}",
    "{% for i in xs %}x{% else %}none{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for c in s %}{{ c }}.{% endfor %}",
    "{% for (a, b) in [(1, 2), (3, 4)] %}{{ a }}{{ b }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in xs if i > 1 %}{{ loop.index }}{{ i }}{{ loop.last }}{% else %}none{% endfor %}",
    "{% for i in xs if i > 9 %}{{ i }}{% else %}none{% endfor %}",
    "{% for k, v in d.items() if v > 1 %}{{ k }}{{ loop.length }}{% endfor %}",
    "{% for i in xs %}{% for j in xs if j > i %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% for i in [1, 2] %}{% set outer = loop %}{% for j in [1, 2] %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for i in [1, 2] %}{{ loop.index }}{% for j in [3] %}{{ loop.index }}{% endfor %}{{ loop.last }}{% endfor %}",
    "{% for i in (q|default([1, 2])) if i > 1 %}{{ i }}{% endfor %}",
    "{% for i in o.q|default(o.inner.x) if i %}{{ i }}{% endfor %}",
    "{% for t in tree recursive %}{{ t.n }}{% if t.c %}({{ loop(t.c) }}){% endif %}{{ loop.depth }}{% endfor %}",
    "{% for t in tree recursive %}{{ loop.depth0 }}{{ t.n }}{{ loop(t.c) }}{% else %}.{% endfor %}",
    "{% for t in tree if t.n < 4 recursive %}{{ t.n }}[{{ loop(t.c) }}]{% endfor %}",
    "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}",
    "{% for x in xs|sort %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}",
    "a\n{% for i in xs %}\n- {{ i }}\n{% endfor %}\nb\n",
    "{% for i in xs -%}\n  {{ i }}\n{%- endfor %}",
    "{% for i in xs %}{% if i == 1 %}one{% elif i == 2 %}two{% else %}more{% endif %}{% endfor %}",
    "{% set x = 1 %}{{ x }}{% set x = x + 1 %}{{ x }}",
    "{% set s = s|upper %}{{ s }}",
    "{{ s }}{% set s = 'new' %}{{ s }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}",
    "{% set (a, (b, c)) = (1, (2, 3)) %}{{ a }}{{ b }}{{ c }}",
    "{% set x = 0 %}{% for i in xs %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
    "{% for i in xs %}{% set s = i %}{{ s }}{% endfor %}{{ s }}",
    "{% for i in xs %}{% if i == 1 %}{% set s = 'one' %}{% endif %}{{ s }} {% endfor %}",
    "{% for i in xs %}{{ s }}{% set s = i %}{{ s }} {% endfor %}",
    "{% if yes %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% if no %}{% set x = 1 %}{% endif %}{{ x is defined }}{{ x|default('unset') }}",
    "{% if no %}{% set s = 'changed' %}{% endif %}{{ s }}",
    "{% if yes %}{% set s = 'changed' %}{% endif %}{{ s }}",
    "{% if no %}{% if yes %}{% set x = 1 %}{% endif %}{% elif yes %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set x %}a{{ n }}b{% endset %}{{ x }}{{ x|length }}",
    "{% set x | upper | replace('A', 'z') %}a{{ s }}{% endset %}{{ x }}",
    "{% set x %}{% for i in xs %}{{ i }}{% set y = i %}{% endfor %}{% endset %}{{ x }}{{ y is defined }}",
    "{% set ns = namespace(n=0, found=false) %}{% for i in xs %}{% set ns.n = ns.n + i %}"
    "{% if i == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.n }}{{ ns.found }}",
    "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}",
    "{% set ns = namespace(x='') %}{% set ns.x %}block{% endset %}{{ ns.x }}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x is defined }}",
    "{% with s = 'inner', t = s %}{{ s }}{{ t }}{% endwith %}{{ s }}",
    "{% with (a, b) = (1, 2) %}{{ a }}{{ b }}{% endwith %}",
    "{% filter upper %}a{{ s }}{% endfilter %}",
    "{% filter replace('l', 'L') | title %}{{ s }} {% for i in xs %}{{ i }}{% endfor %}{% endfilter %}",
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% macro m(a, b='B', c=none) %}{{ a }}{{ b }}{{ c is none }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(1, c=3, b=4) }}",
    "{% macro m() %}{{ s }}{% endmacro %}{{ m() }}{{ m()|upper }}{{ m()|length }}{{ m() ~ 'x' }}",
    "{% macro m(x) %}{{ x is defined }}{{ x|default('none') }}{% endmacro %}{{ m() }}{{ m(1) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b|default('-') }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ varargs }}{{ kwargs }}{{ a }}{% endmacro %}{{ m(1, 2, 3, k=4) }}",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{{ n }}{% endcall %}",
    "{% macro m(xs) %}{% for x in xs %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}"
    "{% call(x, i) m([7, 8]) %}{{ i }}:{{ x }};{% endcall %}",
    "{% macro m() %}{{ caller() if caller is defined else 'alone' }}{% endmacro %}{{ m() }}{% call m() %}x{% endcall %}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{% macro m() %}{{ x }}{% endmacro %}{% set x = 'later' %}{{ m() }}",
    "{% macro m(text, item='i') %}{{ text }}{{ item|upper }}{{ attr|default('none') }}{% endmacro %}{{ m(text='t', item='j') }}",
    "{% macro m(s) %}{% set s = s ~ '!' %}{{ s }}{% endmacro %}{{ m('a') }}{{ s }}",
    "{% set f = namespace %}{% set x = f(a=1) %}{{ x.a }}",
    "{% macro m(k) %}{{ k }}{% endmacro %}{% set f = m %}{{ f(k='v') }}{{ [m, m]|length }}",
    "{% for i in xs %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% for x in xs %}{% with y = x * 2 %}{% set z = y + 1 %}{{ z }}{% endwith %}{{ z }}{% endfor %}",
    "{% set out = 'mine' %}{% for part in xs %}{{ out }}{{ part }}{% endfor %}",
    "{% set text = 'a' %}{% set filters = 'b' %}{{ text }}{{ filters|upper }}{% for item in xs %}{{ item }}{% endfor %}",
    "{% set class = 1 %}{% for import in xs %}{{ import }}{% endfor %}{{ class }}",
    "{% set été = 1 %}{{ été }}",
    "{% if n > 3 and s %}{{ n }}{% endif %}{% if not (no or e) %}x{% endif %}",
    "{% if 'x' is defined and n is odd %}y{% endif %}",
    "{{ 'a' if q is defined else 'b' }}{{ q if q is defined else 'b' }}",
    "{{ 'x' ~ (n if n is odd else q) }}",
    "{% for i in xs %}{% if loop.first %}<{% endif %}{{ i }}{% if loop.last %}>{% endif %}{% endfor %}",
    "Dear {{ s }},\n\n{% for m in ms %}\n* {{ m.name }} ({{ m.age }}){% if m.tags %}: {{ m.tags|join(', ') }}{% endif %}\n\n{% endfor %}\nBye\n",
)


def templates() -> list[str]:
    """Return every template of the corpus."""
    tables = (OUTPUT, OPERATORS, METHODS, FILTERS, TESTS)
    return [*_lines(tables), *STATEMENTS]


def _lines(tables: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    pending = ""
    for table in tables:
        for line in table.split("\n"):
            pending = f"{pending}\n{line}" if pending else line
            if pending.count("{{") <= pending.count("}}"):
                found.append(pending)
                pending = ""
    return found
