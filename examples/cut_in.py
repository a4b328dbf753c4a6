"""A van overtakes through the oncoming lane, cuts in and stops: waypoints, rules and events.

python examples/cut_in.py
"""

import cityloop as cl

OWN_LANE_M, ONCOMING_LANE_M = 1.6, -1.6  # x of the two lanes of the road from the south


def cut_in() -> cl.Scenario:
    city = cl.City.grid(blocks=(2, 2), seed=3)
    scenario = cl.Scenario(city, duration_s=12, seed=3, name="cut_in")

    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        route=city.route("south_in", "north_out"),
        start_m=32,
        speed_mps=6,
        ignores={"signals"},
    )
    ego.camera("front", size=(320, 180))

    # Goes where its waypoints lead, against the lane too, and looks out for nobody on its way.
    scenario.vehicle(
        "van",
        kind="van",
        waypoints=[
            (OWN_LANE_M, -126),
            (ONCOMING_LANE_M, -108),
            (ONCOMING_LANE_M, -75),
            (OWN_LANE_M, -55),
            (OWN_LANE_M, -30),
        ],
        speed_mps=13,
        ignores={"vehicles", "signals"},
    )
    scenario.fail_when(ego.collides())
    return scenario


def main() -> None:
    with cl.launch() as engine:
        for frame in cl.run(cut_in(), engine, passes=("semantic",)):
            for event in frame.events:
                print(f"{event.time_s:.2f} s: {event.kind}: {', '.join(event.actors)}")
    print("collision" if frame.failure else "no collision")


if __name__ == "__main__":
    main()
