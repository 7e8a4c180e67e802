"""What each page shows: one module per page, each a function from a look at a snapshot to a filled template."""
