"""A newsroom's view of rows: columns with headers that may repeat, cells that come back as they were sent."""
