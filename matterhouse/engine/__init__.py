"""A run: what is to do, batch by batch, and what it told."""
