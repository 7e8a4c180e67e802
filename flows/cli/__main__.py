"""``python -m flows.cli`` is ``matterhouse``."""

from flows.cli import main

main()
