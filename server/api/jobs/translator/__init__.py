"""The contract of the translation system that this service replaces: tasks, uploads, and work in one call.

A task is a thread; what is done for it are runs of the graphs translate, subtitles and video. Its state,
progress and results come from those runs, never from a caller.
"""
