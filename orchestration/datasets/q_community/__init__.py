"""Q community: members by region, nation or organisation, and Q Exchange ideas; numbers only, never people."""
