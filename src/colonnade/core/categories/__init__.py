"""Categories: under which of the portal's headings its datasets stand."""
