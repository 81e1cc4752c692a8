"""Byte-level BPE as llama.cpp reads it (`tokenizer.ggml.model = gpt2`, `tokenizer.ggml.pre = qwen2`)."""
