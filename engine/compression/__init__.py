"""Making a trained network smaller: pruning, shared weights, Huffman codes, and searches for what to cut."""
