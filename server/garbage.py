"""What Python's garbage collector looks at in a process of the service."""

import gc

_NEW_OBJECTS = 2000  # before the youngest are looked through: as Python 3.13 has it, where 3.12 has 700


def spare_what_is_loaded() -> None:
    """Take all modules out of the collector's sight, which would walk over them again and again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(_NEW_OBJECTS)
