"""What readers write to a dataset's publishers about its records."""
