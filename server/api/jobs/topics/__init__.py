"""The old topic platform's interface: a task is a thread of the graph ``topics``."""
