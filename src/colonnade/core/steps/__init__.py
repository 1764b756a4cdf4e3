"""What is done to a dataset's rows at every publish: its processors, then the configuration of its fields."""
