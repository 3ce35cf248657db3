"""The tests. README.md says which kind lives where, and how to run one."""
