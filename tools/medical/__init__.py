"""What code alone can say of medical text: what it states, how strongly, of whom, and how hard it reads."""
