"""Family 1: function calling."""
