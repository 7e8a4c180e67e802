"""Every record as it was, at every commit of a git source: commits in, versions of records out."""
