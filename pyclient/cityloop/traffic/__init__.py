"""Background traffic and crowds, drivers, walkers and gaits.

`background` steps SUMO and says where every vehicle and person is; `smoothing`, `vehicle_motion`
and `person_motion` turn SUMO's samples into continuous motion; `drivers` steers a physical vehicle
along a path; `walkers` moves a scripted person; `gaits` turns walking into skeleton poses.
"""
