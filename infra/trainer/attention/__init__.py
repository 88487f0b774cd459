"""A sequence model as a further part of the blend: learned with torch, served by numpy.

Only ``make train-attention`` and ``make bench-attention`` load it, so nobody else needs torch.
"""
