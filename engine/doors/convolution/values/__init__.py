"""Questions about what comes out: small images through convolutions, poolings and up-samplings, written out."""
