"""Speech: hearing it, finding where it begins and ends, and saying it."""
