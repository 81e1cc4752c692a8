"""The trainer (PyTorch): the same code on one CPU thread and on a CUDA GPU."""
