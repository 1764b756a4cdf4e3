"""Texts of the Lucene language, asked of the records of one dataset or of all."""
