"""Pages over a warehouse for people with a browser: made on the server, from the published snapshot alone."""
