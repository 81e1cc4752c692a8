"""Family 5: small programs for a code tool."""
