"""Translation: what may be translated of a text, what of it must stay as it is, and whether it did."""
