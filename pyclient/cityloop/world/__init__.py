"""The world: road networks, the city along them, vehicles, people, props, and light.

`cityloop.world.city.City` builds a town; `cityloop.world.scene` is what an engine is handed.
"""
