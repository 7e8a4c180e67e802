"""The names of the states in which a flow run ends, besides Prefect's own."""

# Of type Completed:
PARTIAL = "Partial"  # some sources failed and kept their rows, the others were refreshed
SKIPPED = "Skipped"  # another run holds the lock of the warehouse

# Of type Failed:
TOO_MANY_REJECTS = "TooManyRejects"
DAMAGED = "Damaged"  # maintenance found files that are not what was published

ALL = (PARTIAL, SKIPPED, TOO_MANY_REJECTS, DAMAGED)
