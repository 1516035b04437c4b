"""Everything that is one person's: taking it along, and removing it for good."""
