"""From a novel whose speakers are known to an audiobook: script, voices, times, captions; pure functions."""
