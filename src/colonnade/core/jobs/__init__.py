"""Jobs as people see them: one table, whatever runs them."""
