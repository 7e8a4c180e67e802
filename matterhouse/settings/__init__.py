"""The configuration: its models, the file with its lines, and how both are explained."""
