"""`check`: which files, how severe, side by side, mended, and in which form it is told."""
