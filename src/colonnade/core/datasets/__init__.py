"""Datasets: what they are called and say of themselves, and who may see and change them."""
