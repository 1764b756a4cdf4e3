"""What several parts' tests share."""
