"""Four invented outlets and their news, for trying the whole line without a network."""
