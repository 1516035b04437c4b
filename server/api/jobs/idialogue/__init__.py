"""The contracts of iDialogue, the assistive system that this service replaces, over all of its versions."""
