"""What the claims' pages draw, one module for each page; numbers from the package, no proofs."""
