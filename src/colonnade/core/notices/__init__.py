"""What the portal tells a person: a job came to its end, a search found new rows."""
