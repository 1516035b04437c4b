"""What all processes share when they call models: turns, answers and accounts."""
