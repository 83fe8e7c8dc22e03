"""How events travel: relay, topics, Faust agents, dead letters, lag. Still to come."""
