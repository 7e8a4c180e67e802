"""Front matter that a person or a bot writes plainly: the fast way has to read all of it by itself."""

KEYS = {
    "one pair": "a: b",
    "line end behind": "a: b\n",
    "blank lines around": "\n\na: b\n\n\nc: d\n\n",
    "blank lines of spaces": "a: b\n   \nc: d\n ",
    "blanks before the value": "a:    b",
    "blanks behind the value": "a: b   ",
    "blanks behind a key without value": "a:   \nb: c",
    "key with dash": "last-update: b",
    "key with underscore": "_id: b",
    "key with digits": "h1: b",
    "keys with dots, as Microsoft's documentation has": "ms.topic: b\nms.date: 01/02/2024\na.b.c: 1\na.: 2\na..b: 3",
    "keys with dots in mappings and lists": "a.b:\n  c.d: 1\ne:\n  - f.g: 2\n    h.: 3",
    "keys with dots that are no numbers": "e.1: 1\n_.5: 2\nnull.x: 3\nyes.: 4",
    "one letter key n, text in PyYAML": "n: 1\ny: 2",
    "key of a hundred letters": f"{'k' * 100}: b",
    "upper case apart": "a: 1\nA: 2",
    "no value at all": "a:",
    "no value in the middle": "a:\nb: 1",
    "no value at the end of a nested mapping": "a:\n  b: 1\n  c:\nd: 2",
    "keys in odd order": "z: 1\na: 2\nm: 3",
    "many keys": "\n".join(f"key{n}: {n}" for n in range(300)),
    "key that begins like a boolean": "note: 1\nonly: 2\nyesterday: 3",
    "nothing but blank lines": "\n\n",
}

NESTING = {
    "mapping in mapping": "a:\n  b: 1\n  c: 2\nd: 3",
    "four mappings deep": "a:\n  b:\n    c:\n      d: 1\n    e: 2\n  f: 3",
    "twelve mappings deep": "\n".join("  " * n + f"k{n}:" for n in range(12)) + " x",
    "list": "a:\n  - b\n  - c",
    "zero-indented list": "a:\n- b\n- c",
    "zero-indented list, then a key": "a:\n- b\n- c\nd: e",
    "both list styles": "a:\n- b\nc:\n  - d\ne: f",
    "list of one": "a:\n  - b\nc: d",
    "list, then a key in capitals": "a:\n  - b\nCD: e",
    "list, then a key with an underscore": "a:\n  - b\n_c: d",
    "two lists": "a:\n  - 1\n  - 2\nb:\n  - 3",
    "blank line between items": "a:\n  - b\n\n  - c\n\nd: e",
    "blank lines of spaces between mappings": "a:\n  - b: 1\n    \n  - b: 2\n  \nc: 3",
    "list of mappings": "a:\n  - b: 1\n    c: 2\n  - b: 3\n    c: 4",
    "zero-indented list of mappings": "a:\n- b: 1\n  c: 2\n- b: 3",
    "list of mappings, first key empty": "a:\n  - b:\n    c: 2",
    "list of mappings, last key empty": "a:\n  - b: 1\n    c:\n  - b: 2",
    "list in a list's mapping": "a:\n  - b:\n      - c\n      - d\n    e: 1\n  - f",
    "zero-indented list in a list's mapping": "a:\n  - b:\n    - c\n    - d\n    e: 1",
    "zero-indented lists all the way": "a:\n- b:\n  - c:\n    - d",
    "mapping in a list's mapping": "a:\n  - b:\n      c: 1\n      d: 2\n    e: 3",
    "item whose key has no value before the next item": "a:\n  - b:\n  - c",
    "list under a nested key": "a:\n  b:\n    - c\n    - d\n  e: 1",
    "zero-indented list under a nested key": "x: 1\na:\n  c: 2\n  e:\n  - f",
    "list items alike": "a:\n  - b\n  - b\n  - b",
    "the same block at two depths": "a:\n  - b: 1\nc:\n  d:\n    - b: 1",
    "list at the very end, two line ends": "a:\n  - b\n\n",
    "empty list": "a: []",
    "empty mapping": "a: {}",
    "empty list in a list": "a:\n  - []\n  - {}",
    "mixed items": "a:\n  - 1\n  - b: 2\n  - []\n  - x",
    "images inside related": (
        "related:\n  - title: A\n    images:\n      - url: https://a.example/1.png\n        width: 3\n"
        "      - url: https://a.example/2.png\n        width: 4\n    provider:\n      name: N\n  - title: B"
    ),
}

PLAIN_TEXT = {
    "words": "a: some words of text",
    "two blanks between words": "a: some  words   apart",
    "colon in a word": "a: b:c",
    "address": "a: https://example.org/path?x=1&y=2#top",
    "address as item": "a:\n  - https://example.org/\n  - http://example.org:80/a:b",
    "colon in an item": "a:\n  - b:c",
    "hash in a word": "a: C#",
    "hash behind a sign": "a: issue (#12)",
    "dash first": "a: -b",
    "dashes": "a: --- b",
    "three dashes as value": "a: ---",
    "dash in the middle": "a: b - c",
    "question mark first": "a: ?b",
    "question mark in the middle": "a: what? now",
    "colon first": "a: :b",
    "comma": "a: b, c, d",
    "brackets inside": "a: b [c] {d}",
    "quotes inside": "a: b \"c\" 'd'",
    "quote at the end": "a: b'",
    "ampersand inside": "a: b & c &d",
    "star inside": "a: b * c",
    "bang inside": "a: b! c !d",
    "pipe inside": "a: b | c",
    "greater inside": "a: b > c",
    "percent inside": "a: 50% off",
    "at inside": "a: b@example.org",
    "backtick inside": "a: b `c`",
    "backslash": "a: C:\\new\\table",
    "slash first": "a: /assets/a.png",
    "dollar first": "a: $5.00",
    "parenthesis first": "a: (b)",
    "semicolon": "a: b;c; d",
    "equals inside": "a: b=c",
    "base64": "a: dGVzdA==;AAAA+/==",
    "tilde in front of a word": "a: ~home",
    "less than": "a: <b>",
    "caret": "a: ^b",
    "dots": "a: ...",
    "dots in an item": "a:\n  - ...",
    "plus": "a: +b",
    "asterisk-free markup": "a: _b_ c",
    "long line": f"a: {'word ' * 20_000}end",
    "long word": f"a: {'w' * 100_000}",
    "long run of blanks in a text": f"a: b{' ' * 50_000}c",
    "long run of blanks behind": f"a: b{' ' * 50_000}",
}

QUOTED = {
    "double": 'a: "b"',
    "double, empty": 'a: ""',
    "double, blank": 'a: " "',
    "double, blanks kept": 'a: "  b  c  "',
    "double, colon": 'a: "b: c"',
    "double, hash": 'a: "b # c"',
    "double, dash": 'a: "- b"',
    "double, brackets": 'a: "[b]"',
    "double, single quotes": 'a: "it\'s"',
    "double, blanks behind": 'a: "b"   ',
    "double, escaped quote": r'a: "say \"b\""',
    "double, escaped quote at the end": r'a: "b\""',
    "double, escaped backslash": r'a: "b\\"',
    "double, escaped backslash and quote": r'a: "b\\\"c"',
    "double, escaped backslash and n": r'a: "b\\n"',
    "double, line end": r'a: "b\nc"',
    "double, carriage return": r'a: "b\rc"',
    "double, tab": r'a: "b\tc"',
    "double, slash": r'a: "b\/c"',
    "double, escaped blank": r'a: "\ b\ "',
    "double, hex": r'a: "\x41\xe9\x00"',
    "double, four digits": r'a: "caf\u00e9 \u2028 \uFEFF \u0000"',
    "double, digits that go on": r'a: "\u00e91 \x411"',
    "double, as item": 'a:\n  - "b"\n  - "c: d"',
    "double, number": 'a: "1"',
    "double, date": 'a: "2020-01-01"',
    "double, boolean": 'a: "true"',
    "double, null": 'a: "null"\nb: "~"',
    "double, merge sign": 'a: "<<"\nb: "="',
    "double, empty list": 'a: "[]"',
    "double, markup": r'a: "<iframe src=\"https://a.example/?b=1&amp;c=2\"></iframe>"',
    "double, fence": 'a: "---"',
    "double, list dash with the text's indentation": 'a: "  - b"',
    "double, long": f'a: "{"word " * 20_000}"',
    "single": "a: 'b'",
    "single, empty": "a: ''",
    "single, doubled quote": "a: 'it''s'",
    "single, only quotes": "a: ''''''",
    "single, backslash": r"a: 'b\n\c'",
    "single, double quotes": "a: 'say \"b\"'",
    "single, colon and hash": "a: 'b: c # d'",
    "single, number": "a: '0123'",
    "single, as item": "a:\n  - 'b'\n  - ''",
    "single, blanks behind": "a: 'b'  ",
}

UNICODE = {
    "accents": "a: café",
    "combining accent": "a: cafe\u0301",
    "Greek": "a: Φῶς",
    "Hebrew, right to left": "a: אור",
    "Chinese": "a: 灯台",
    "emoji": "a: 🌊",
    "emoji of several parts": "a: 👩‍🔬 👍🏽",
    "emoji as item": "a:\n  - 🌊\n  - 🦋",
    "curly quotes first": "a: “b”",
    "dash of text": "a: – b",
    "no-break space in quotes": 'a: "b\u00a0c"',
    "wide space in quotes": 'a: "b\u3000c"',
    "zero-width space": "a: b\u200bc",
    "soft hyphen": "a: b\u00adc",
    "replacement character": "a: b\ufffdc",
    "non-character in the basic plane": "a: b\ufdd0c",
    "private use": "a: b\ue000c",
    "last character of all": "a: b\U0010fffdc",
    "right-to-left mark": "a: b\u200fc",
    "digits of another script are text": "a: ١٢٣",
    "letter that folds to a boolean's": "a: \u212bn",
}

_INTEGERS = """
    0 1 -1 +1 -0 00 7 007 0123 -0123 +017 1_000 1__0 1_ 0_ 0_1 0b0 0b1010 -0b11 0b1_0 0b_ 0x0 0x1F -0xff 0xA_B 0x_
    1:30 12:30 12:30:45 190:20:30 -1:30 1:59 9:5 12:3 0:30 1:60 01:30 12:30:60 1:2:3:4:5:6 12345678901234567890
    0o17 08 09 0b2 0xG 1e 0b 0x + 1,000 1-2 --1 +-1 4.
""".split()
_FLOATS = """
    1.0 -1.0 +1.0 1. .5 -.5 +.5 0.1 1.10 1_000.5 1.e+3 1.5e+3 1.5e-3 1.5E+3 1e3 1e+3 1.5e3 .5e+1 .5e1 1:30.5 190:20:30.15
    -1:30.5 1:60.5 .inf .Inf .INF -.inf +.inf -.INF .nan .NaN .NAN -.nan .iNF inf nan 1.2.3 . .. ._ ._1 1._ 1_.5 _1.5
    1.5_0 0.0 -0.0 1.7976931348623157e+309
""".split()
_BOOLEANS = """
    true True TRUE false False FALSE yes Yes YES no No NO on On ON off Off OFF
    y Y n N t f tRUE yEs nO oN trues true. nope
""".split()
_NULLS = "~ null Null NULL nULL ~~ none None nil".split()
_TIMESTAMPS = """
    2020-01-02 2020-1-2 2020-12-31 2020-02-29 2020-02-30 2020-13-01 2020-00-00 0000-01-01 9999-12-31 20-01-02 2020-01-2
    2020-01-02T03:04:05Z 2020-01-02t03:04:05z 2020-01-02T03:04:05 2020-01-02T3:04:05Z 2020-01-02T03:04:05.6Z
    2020-01-02T03:04:05.678901234Z 2020-01-02T03:04:05. 2020-01-02T03:04:05+01:00 2020-01-02T03:04:05-7
    2020-01-02T03:04:05+0530 2020-01-02T03:04:05+99:99 2020-01-02T25:00:00Z 2020-01-02T03:04 2020-01-02T03:04:60Z
    2020-01-02T24:00:00Z 2020-01-02T 2020-01 2020/01/02 02-01-2020 2020-01-02x 9999-12-31T23:59:59-01:00
    0001-01-01T00:00:00+01:00
""".split()

BRACKETS = {
    "one item": "a: [b]",
    "items": "a: [b, c]",
    "without blanks": "a: [b,c]",
    "with many blanks": "a: [  b  ,  c d   e  ]  # why",
    "types": "a: [1, 2.5, true, ~, 2020-01-01, 0123, no, .5, y]",
    "quotes": "a: [\"b, c\", 'd', 'e''f', \"\\u00e9 \\\"g\", \"\", '']",
    "signs": "a: [C++, .NET, a/b, it's, b-, 5%, a&b, x=y, q!, (z), a|b, a>b, a*b, a\"b, é, 🌊, _, /, $, ^, ;, a;b, \\]",
    "in a list": "a:\n  - [b, c]\n  - d: [e]\n    f: [g, h]",
    "in a mapping": "a:\n  b: [c]\n  d: [e]",
    "behind them a list": "a: [b]\nc:\n  - d\ne: [f]",
}
COMMENTS = {
    "line": "# why\na: b",
    "lines": "#\n# why\n\n#why not\na: b",
    "line, indented": "a:\n    # why\n  b: c\n      # why\n  d: e",
    "line, far in": f"a: b\n{' ' * 40}# why\nc: d",
    "behind a value": "a: b # why",
    "behind a value, far": "a: b    # why: not  ",
    "behind a number": "a: 12 # why",
    "behind null": "a: ~ # why",
    "behind quotes": 'a: "b" # why\nc: \'d\' # "why',
    "behind an empty list": "a: [] # none\nb: {} #",
    "behind a key": "a: # why\n  b: c",
    "behind the key of a list": "a: # why\n  b:\n    - c # why\n    # why\n    - d",
    "without a blank": "a: b#c",
    "of quotes": 'a: b # "c" and \'d',
    "of a fence": "a: b\n# ---\nc: d",
    "with a colon": "# a: b\nc: d",
    "with a key's colon": "# a:\nc: d",
    "at the end": "a: b\n# why",
    "only a comment": "# nothing here",
    "between items": "a:\n  - b\n  # why\n  - c",
    "between mappings": "a:\n  - b: c # why\n    # why\n    d: e\n  # why\n  - b: f",
    "of an item": "a:\n  - b\n  # - c\n  - d\ne: f",
    "of a last item": "a:\n  - b\n  # - c\ne: f",
}
SCALARS = {
    f"{kind} {text}": f"a: {text}"
    for kind, texts in (
        ("number", _INTEGERS), ("float", _FLOATS), ("boolean", _BOOLEANS), ("null", _NULLS), ("timestamp", _TIMESTAMPS)
    )
    for text in texts
}  # fmt: skip

SCALARS_IN_PLACES = {
    "timestamp with a blank": "a: 2020-01-02 03:04:05",
    "timestamp with blanks and zone": "a: 2020-01-02   03:04:05 +01:00",
    "timestamp with blank and Z": "a: 2020-01-02 03:04:05 Z",
    "timestamp as item": "a:\n  - 2020-01-02\n  - 2020-02-30",
    "typed items": "a:\n  - 1\n  - 1.5\n  - true\n  - null\n  - ~\n  - text",
    "typed items, zero-indented": "a:\n- 1\n- 1.5\n- yes\n- ~",
    "typed in an item's mapping": "a:\n  - b: 1\n    c: no\n    d: ~",
    "typed with blanks behind": "a: 1  \nb: true  \nc: ~ ",
    "number of many digits": f"a: {'9' * 10_000}",
    "number and unit": "a: 12 hours",
    "duration": "a: PT13M34S",
    "version": "a: 1.10.2",
}

PLAIN = {**KEYS, **NESTING, **PLAIN_TEXT, **QUOTED, **UNICODE, **SCALARS, **SCALARS_IN_PLACES}
PLAIN |= {f"in brackets, {name}": head for name, head in BRACKETS.items()}
PLAIN |= {f"a comment, {name}": head for name, head in COMMENTS.items()}
