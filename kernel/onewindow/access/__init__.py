"""Accounts, sessions, policy and the encryption of personal fields."""
