"""Figures on real data, made anew by one command each; the data is not part of the repository.

python -m tests.measures replay
"""
