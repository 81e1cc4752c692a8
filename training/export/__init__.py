"""Trained weights to a GGUF file that llama.cpp runs."""
