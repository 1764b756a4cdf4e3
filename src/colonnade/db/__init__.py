"""The catalogue database: engine, sessions, column types and migrations. Tables are declared by the core's features."""
