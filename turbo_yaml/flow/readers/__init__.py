"""What stands under each key of a flow file to its value, slot by slot."""
