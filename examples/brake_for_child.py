"""Closing the loop: brake for a child on what a plain function sees in the pixels.

The same scenario is played twice, once as it is and once with the function on the brake:

    python examples/brake_for_child.py
"""

import numpy as np
from child_runs_out import child_runs_out

import cityloop as cl

PERSON = 11  # class id of people in the semantic pass
HALF_LANE_M = 1.5
BRAKE_WITHIN_M = 22.0


def person_ahead(front: cl.CameraFrame) -> bool:
    """Tell whether at least 20 pixels of a person lie in the car's way."""
    rows, columns = np.nonzero(front.semantic == PERSON)
    depth = front.depth[rows, columns]
    camera = front.images.intrinsics
    sideways = (columns + 0.5 - camera.cx) / camera.fx * depth
    in_the_way = (np.abs(sideways) < HALF_LANE_M) & (depth < BRAKE_WITHIN_M)
    return int(np.count_nonzero(in_the_way)) >= 20


def drive(scenario: cl.Scenario, engine: cl.Engine, *, looking: bool) -> str:
    """Play the scenario and return what ended it: a collision, or "" for its time."""
    for frame in cl.run(scenario, engine, passes=("depth", "semantic")):
        if frame.failure:
            return frame.failure
        if looking and person_ahead(frame["front"]):
            frame.control("ego", brake=1.0)
    return ""


def main() -> None:
    # The driver is blind to people, so that only what the function sees can help.
    scenario = child_runs_out(start_m=66.0, trigger_m=11.5, ignores=["people"])
    scenario.fail_when(cl.parse_condition("collides(ego, child)"))
    with cl.launch() as engine:
        for looking in (False, True):
            outcome = drive(scenario, engine, looking=looking)
            print(f"{'looking' if looking else 'blind'}: {outcome or 'no collision'}")


if __name__ == "__main__":
    main()
