"""What a person sets: models, and the file with its lines."""
