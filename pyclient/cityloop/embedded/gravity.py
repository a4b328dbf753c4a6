"""How fast things fall."""

GRAVITY_MPS2 = 9.81
