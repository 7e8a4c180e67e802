"""Prefect, and nothing else: the only folder that imports it. What a run does is ``matterhouse.engine``."""
