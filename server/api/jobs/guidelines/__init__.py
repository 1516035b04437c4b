"""The contract of the guideline system that this service replaces: uploads, status, stream, downloads.

A task is a thread on which the graph ``guideline`` runs; a guideline is the tasks that bear its id, one for
each edition. State, progress and results come from runs, never from a caller.
"""
