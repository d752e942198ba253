"""Zhiyin (知音): private-domain commerce, decided by a person like her."""
