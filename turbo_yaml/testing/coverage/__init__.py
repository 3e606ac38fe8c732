"""Which steps and branches of flows the tests have reached, by the lines of the flow files."""
