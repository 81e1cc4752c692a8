"""Tests of the recipe. `-m "not trainer"` needs numpy alone."""
