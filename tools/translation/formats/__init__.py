"""Documents that can be translated: read as segments, written with everything else as it was."""
