"""The shapes of the vehicle kinds, and where people sit in them."""

from cityloop.world.vehicles_interior import Cabin, Salon
from cityloop.world.vehicles_shapes_cars import (
    estate_shape,
    hatchback_shape,
    pickup_shape,
    police_shape,
    sedan_shape,
    suv_shape,
)
from cityloop.world.vehicles_shapes_large import (
    ambulance_shape,
    bus_shape,
    truck_cab_shape,
    van_shape,
)

SHAPES = {
    "sedan": sedan_shape,
    "hatchback": hatchback_shape,
    "suv": suv_shape,
    "estate": estate_shape,
    "pickup": pickup_shape,
    "taxi": estate_shape,
    "police": police_shape,
    "van": van_shape,
    "ambulance": ambulance_shape,
    "truck": truck_cab_shape,
    "bus": bus_shape,
}

# x of the walls: from behind the last window to the lower edge of the windscreen.
CABINS: dict[str, Cabin] = {
    "sedan": Cabin((1.22, 0.50), 0.37, -0.52, 2.16, bench=0.30),
    "hatchback": Cabin((1.06, 0.53), 0.36, -0.58, 2.02, bench=0.18),
    "suv": Cabin((1.10, 0.70), 0.39, -0.80, 2.04, bench=0.20),
    "estate": Cabin((1.22, 0.51), 0.37, -0.84, 2.18, bench=0.28),
    "pickup": Cabin((1.46, 0.74), 0.39, 0.31, 2.44, bench=0.68),
    "van": Cabin((2.42, 0.92), 0.50, 1.96, 3.46, upright=True),
    "truck": Cabin((4.40, 1.30), 0.62, 3.75, 5.42, upright=True),
    "bus": Cabin(
        (7.25, 1.05),
        0.72,
        -2.98,
        8.55,
        upright=True,
        salon=Salon(rows=(-1.75, -1.0, 0.85, 2.05, 3.25, 4.05, 4.85), left_only=(2.05,)),
    ),
}
CABINS |= {"taxi": CABINS["estate"], "police": CABINS["estate"], "ambulance": CABINS["van"]}
