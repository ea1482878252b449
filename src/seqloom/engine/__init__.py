"""The native engine: programs run in C++, forward only."""
