"""Local outcomes: stratified outcomes that a team measures itself."""
