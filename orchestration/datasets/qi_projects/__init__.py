"""QI projects: the quality-improvement log in Evenhand's own template."""
