"""QI reviews: what people decided about aliases of organisations, duplicate projects and equity classifications."""
