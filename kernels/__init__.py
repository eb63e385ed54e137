"""The ops of the two models: a definition in torch, a kernel in Triton, one wrapper each."""
