"""How much datasets are used, and how much of their quotas callers have used up."""
