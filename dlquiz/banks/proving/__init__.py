"""Proving a bank: each question is examined on its instances, and what does not hold becomes a complaint."""
