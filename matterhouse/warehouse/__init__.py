"""The warehouse: loaded, checked, published as snapshots, and read. ``matterhouse.open_snapshot`` is the door for
readers.
"""
