"""From the query tree to DuckDB SQL. Nothing above the engine sees it."""
