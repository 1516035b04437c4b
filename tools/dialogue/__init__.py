"""Replies for a person who speaks through us: what is asked for, which answers are theirs, and what is not."""
