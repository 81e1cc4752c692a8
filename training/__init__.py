"""The recipe of `antiphon-nano`, the very small model that Antiphon ships with."""
