"""What may happen and what a score is: events, authority, methodology, scoring, ranking."""
