"""Rules about the way through a flow: what is reached, what ends, what comes out."""
