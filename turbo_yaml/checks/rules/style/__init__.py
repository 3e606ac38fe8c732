"""Rules of style, which are off unless settings name them."""
