"""Family 2: facts recalled and counted with."""
