"""What is known beforehand: what operators, filters, methods and the steps that ask give."""
