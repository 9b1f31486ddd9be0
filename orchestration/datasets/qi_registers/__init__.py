"""QI registers: which organisations a register of QI work covers, since when and how fully."""
