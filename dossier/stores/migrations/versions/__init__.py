"""One module per version; Alembic finds them by their file."""
