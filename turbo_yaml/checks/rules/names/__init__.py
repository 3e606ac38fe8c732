"""Rules about names: where they are set, and whether they are used."""
