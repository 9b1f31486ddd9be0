"""Improvement programmes: which organisations took part in which programme, in which part, from when."""
