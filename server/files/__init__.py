"""Files: whose they are, how long they are kept, and how they come in and go out."""
