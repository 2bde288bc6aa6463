"""`lossurface` beside what a user would pick instead: one process, one problem, ratios.

make bench                            installs the peers, runs everything, writes the record
python -m benchmarks --only slice     one group of rows
"""
