"""Topic modelling: from tables of texts to topics, their measures, trends and differences between groups."""
