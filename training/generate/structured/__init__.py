"""Family 3: JSON that follows a schema."""
