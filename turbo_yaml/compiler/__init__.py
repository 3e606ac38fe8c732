"""Flow files to functions: the stages, the files they read, the store that remembers, the linker.

`edge.py` is what others call; `stages.py` is the way of one file on one screen.
"""
