"""A flow on its stage: scripted replies and answers, time that does not pass, the story of the run."""
