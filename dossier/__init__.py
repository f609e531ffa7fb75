"""Floor 1: what happened to this case, what may happen next, when is it due."""
