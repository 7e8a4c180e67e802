"""A run in plain Python: plan what to do, extract it in batches, load, check and publish it, and report."""
