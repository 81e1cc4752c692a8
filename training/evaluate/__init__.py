"""Scores of a model: over HTTP as a user meets it, or from the file alone with numpy."""
