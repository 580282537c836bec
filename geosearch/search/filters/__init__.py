"""What a user writes of conditions → a filter: read strictly, or refused."""
