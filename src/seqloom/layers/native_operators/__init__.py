"""The native core as torch operators, with gradients and meta kernels.

    seqloom::recurrent_layer     one layer of one or two directions over a ragged batch
    seqloom::saved_rows          where the rows of `saved` lie
    seqloom::attention_decoder   the attention decoder under teacher forcing
    seqloom::dropout             dropout that draws its mask again instead of keeping it

and `..._backward` of the first and third. Each is one node for autograd and for torch.compile.
CPU only, float32 and float64. calls.py is how they call the core, gradients.py how autograd meets
them, private.py what this room uses of torch that torch does not document.
`native/include/seqloom.h` says what the functions do; `tests/layers/test_native_operators.py` holds
them to the loops of layers/loops.py.
"""

from . import attention_decoder, dropout, recurrent_layer

__all__ = ["attention_decoder", "dropout", "recurrent_layer"]
