"""What several rooms' tests make their scenes and indexes with."""
