"""Training and evaluation data for `antiphon-nano`, all of it made by this code."""
