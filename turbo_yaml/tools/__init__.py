"""What a flow's tools do when they are called."""
