"""Looking inside: from a model to pictures of what it did."""
