"""A model server for tests and evals: real HTTP on loopback, answers from gold data, faults on demand."""
