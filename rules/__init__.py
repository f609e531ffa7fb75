"""Floor 2: was it lawful, how often, what do we publish."""
