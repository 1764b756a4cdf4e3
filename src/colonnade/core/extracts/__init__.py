"""Files of records that a job made and the portal keeps: of a dataset, of a query, of every dataset."""
