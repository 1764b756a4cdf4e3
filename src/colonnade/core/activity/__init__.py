"""Who was here, and what was searched for."""
