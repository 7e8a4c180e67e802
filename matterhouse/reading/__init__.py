"""Front matter to records: the bytes of a file in, nested dicts and lists with text at the leaves out."""
