"""Models that make data: adversarial pairs, variational and plain autoencoders, autoregressive models, Markov chains.

What each can do, and what it leaves out:

====================  ======================  ==================  =======================
model                 how a sample is drawn   likelihood of x     from x back to a code
====================  ======================  ==================  =======================
GAN                   one pass of G           none                none
VAE                   one pass of a decoder   a lower bound       approximate (encoder)
autoregressive        one pass per variable   exact               none
Markov chain          many steps              up to a constant    none
====================  ======================  ==================  =======================
"""
