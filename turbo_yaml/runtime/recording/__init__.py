"""A run and its journal: what is recorded while it goes on, and what a run that goes on again is told."""
