"""The proof: random histories and single faults over the real handlers, in one process, with every commit checked."""
