"""The contract of txt2voice's web application: books, their people, script, voices and sound.

A book is a thread on which the graph ``audiobook`` runs; a task is one of its runs, and what a person changes
is a run, too, so that one place decides what follows from it.
"""
