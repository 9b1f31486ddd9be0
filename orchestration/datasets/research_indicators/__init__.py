"""Research indicators: what an organisation answers to its regulator's questions on research."""
