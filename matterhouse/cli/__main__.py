"""``python -m matterhouse.cli`` is ``matterhouse``."""

from matterhouse.cli import main

main()
