"""Families 6 and 8: explanations, manners, instructions that are followed."""
