"""JSON heads, each a small trap; the standard library's json is the measure. Broken ones with reason, line and column."""

JSON = {
    "empty": "{}",
    "plain": '{"title": "A", "weight": 3, "draft": false, "nothing": null}',
    "over lines": '{\n  "a": 1,\n  "b": [\n    2,\n    {"c": 3}\n  ]\n}',
    "braces in text": '{"a": "}", "b": "{", "c": "\\"}\\\\"}',
    "escapes": r'{"a": "\u00e9\n\t\/\b\f\r\"\\", "b": "\ud83c\udf0a"}',
    "numbers": '{"a": 0, "b": -1, "c": 1.10, "d": 1e5, "e": 1E-2, "f": -0.0, "g": 12345678901234567890}',
    "what looks like a type": '{"a": "true", "b": "1", "c": "2020-01-02", "d": "null"}',
    "empty texts and keys": '{"": "", "a": [], "b": {}, "c": [[]], "d": [{}]}',
    "umlauts": '{"Größe": "ä", "b": "🌊"}',
    "dotted keys": '{"a.b": 1, "a": {"b": 2}}',
    "blanks": '{ "a" :\t1 ,\n "b" : 2 }',
}

JSON_BROKEN = {
    "no value": ('{"a": }', "json_syntax", 2, 7),
    "comma at the end": ('{"a": 1,\n}', "json_syntax", 3, 1),
    "single quotes": ("{'a': 1}", "json_syntax", 2, 2),
    "not closed": ('{"a": 1', "json_syntax", 3, 1),
    "more behind it": ('{"a": 1}\nb', "json_syntax", 3, 1),
    "a comment": ('{"a": 1} // b', "json_syntax", 2, 10),
    "line break in text": ('{"a": "b\nc"}', "json_syntax", 2, 9),
    "escape": (r'{"a": "\q"}', "json_syntax", 2, 8),
    "no number": ('{"a": NaN}', "json_value", 2, None),
    "half a surrogate pair": (r'{"a": "\ud83c"}', "json_value", 2, None),
    "a list": ("[1]", "not_a_mapping", 2, 1),
    "a text": ('"a"', "json_syntax", 3, 1),
    "a number": ("1", "not_a_mapping", 2, 1),
    "a word": ("a", "json_syntax", 2, 1),
}
