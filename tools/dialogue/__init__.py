"""Replies for a person who speaks through us: what is asked for, and which answers are theirs."""
