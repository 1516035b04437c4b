"""A deployment's state in one file: database, files, checkpoints and events."""
