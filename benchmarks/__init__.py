"""Speed, memory and growth of Matterhouse beside what else one would use; ``make bench`` runs it."""
