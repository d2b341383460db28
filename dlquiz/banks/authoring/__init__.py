"""Help for those who write banks: files that editors complete by, and questions to begin with."""
