"""Where histories are kept: the contract, the store in memory, and the store in a database."""
