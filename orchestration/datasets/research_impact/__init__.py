"""Research impact: what came of a study at an organisation, in the six domains of the VICTOR tool."""
