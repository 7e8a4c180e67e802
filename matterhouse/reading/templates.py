"""Files that are no content but templates for it: they are skipped with the reason ``template``.

Generators and editors keep them in folders of their own (Hugo's ``archetypes``, Hexo's ``scaffolds``, Obsidian's
``Templates``, ``_templates``; a source may have others), and fill in marks such as ``{{ date }}``
or ``<% title %>``, which make a head no YAML.
"""

import re

from matterhouse.reading.envelope import Envelope
from matterhouse.sources.errors import Skipped, Unreadable
from matterhouse.sources.files import matching

_MARK = re.compile(rb"\{\{.*?\}\}|<%.*?%>")
_UNQUOTED_MARK = re.compile(rb"(?:^|[:=\-,\[][ \t]+|\n[ \t]*)(?:\{\{.*?\}\}|<%.*?%>)")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_OF_SYNTAX = ("yaml_syntax", "yaml_value", "toml_syntax", "json_syntax", "json_value", "not_a_mapping")


def refuse_path(path: str, templates: tuple[str, ...]) -> None:
    """Raise ``Skipped`` for a file that one of the globs ``templates`` matches."""
    if matching(templates)(path):
        raise Skipped("template", "the file lies in a folder of templates (setting `templates` of the source)")


def refuse_marks(envelope: Envelope, unreadable: Unreadable) -> None:
    """Raise ``Skipped`` where a head cannot be parsed because of a mark: unquoted, or in the line that is to blame."""
    if unreadable.reason not in _OF_SYNTAX or not _MARK.search(envelope.head):
        return
    lines = _LINE_END.split(envelope.head)
    number = (unreadable.line or 0) - envelope.first_line
    if (0 <= number < len(lines) and _MARK.search(lines[number])) or _UNQUOTED_MARK.search(envelope.head):
        raise Skipped("template", "the front matter holds marks of a template that are still to be filled in")
