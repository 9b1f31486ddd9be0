"""Research activity: studies and participants of a trust in a financial year."""
