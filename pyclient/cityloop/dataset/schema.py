"""The columns of every table of a sequence: name, type, unit, frame and definition.

docs/dataset.md is made from this page (`document`); the unit, frame and definition of a column are
also in the metadata of its Parquet field.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from cityloop.world.environment import Environment

_FLOAT = pa.float64()


def vector(size: int) -> pa.DataType:
    """Return the type of a list of `size` numbers."""
    return pa.list_(pa.field("element", _FLOAT, nullable=False), size)


def numbers(kind: pa.DataType = _FLOAT) -> pa.DataType:
    """Return the type of a list of any length."""
    return pa.list_(pa.field("element", kind, nullable=False))


def _field(name: str, kind: pa.DataType, unit: str, frame: str, definition: str) -> pa.Field:
    said = {"unit": unit, "frame": frame, "definition": definition}
    return pa.field(name, kind, nullable=False, metadata=said)


_INSTANT = [
    _field("tick", pa.int64(), "ticks", "", "the instant; frame k shows tick k"),
    _field("time_s", _FLOAT, "s", "", "since frame 0"),
]
_PICTURE = [
    _field("frame", pa.int64(), "frames", "", "number of the frame, from 0"),
    *_INSTANT,
    _field("camera", pa.string(), "", "", "name of the camera"),
]
_ACTOR = [
    _field("id", pa.uint32(), "", "", "what the instance pass shows; never used again"),
    _field("name", pa.string(), "", "", "name in the scenario"),
    _field("kind", pa.string(), "", "", "what it is: sedan, child, traffic_light, ..."),
    _field("class", pa.string(), "", "", "name of the class"),
    _field("class_id", pa.uint8(), "", "", "id of the class"),
]
_CONDITION = [
    _field(
        "activity",
        pa.string(),
        "",
        "",
        "parked, driving, standing, walking, running, waiting, fallen, signal, or empty",
    ),
    _field(
        "lamps",
        pa.uint32(),
        "bit set",
        "",
        "lit lamps; vehicles: 1 head, 2 tail, 4 brake, 8 left, 16 right, 32 reverse; traffic "
        "lights: 1 red, 2 amber, 4 green",
    ),
    _field("crossing", pa.bool_(), "", "", "a person on the carriageway"),
]

_LIGHT = {
    "sun_direction": ("", "unit vector to the sun"),
    "sun_irradiance": ("linear RGB", "sunlight on a surface that faces the sun"),
    "zenith_radiance": ("linear RGB", "of the sky overhead"),
    "horizon_radiance": ("linear RGB", "of the sky at the horizon"),
    "exposure": ("", "factor before the tone curve"),
    "cloud_cover": ("0 to 1", "share of the sky under cloud"),
    "fog_density_per_m": ("1/m", "extinction of the haze"),
    "wetness": ("0 to 1", "of the ground"),
    "rain_mm_per_h": ("mm/h", "rain that falls"),
    "snowfall_mm_per_h": ("mm/h", "snow that falls, as water"),
    "snow_cover": ("0 to 1", "share of the open ground under snow"),
    "time": ("", "the scenario's instant with its time zone, ISO 8601"),
    "weather": ("", "the scenario's word for it: clear, cloudy, rain, fog, snow, ..."),
}
_LIGHT_TYPES = {float: _FLOAT, str: pa.string()}


def frames_schema(passes: Sequence[str]) -> pa.Schema:
    """Return the columns of frames.parquet: a row per frame and camera, with a hash per pass."""
    light = [
        _field(
            f"environment_{name}",
            _LIGHT_TYPES.get(kind, vector(3)),
            _LIGHT[name][0],
            "world" if name == "sun_direction" else "",
            _LIGHT[name][1],
        )
        for name, kind in Environment.__annotations__.items()
    ]
    ego = "of the actor that carries the camera; of the world without one"
    return pa.schema(
        [
            *_PICTURE,
            _field("camera_position", vector(3), "m", "world", "centre of the camera"),
            _field(
                "camera_quaternion", vector(4), "", "world-from-camera", "x, y, z, w; OpenCV axes"
            ),
            _field("ego_position", vector(3), "m", "world", f"origin {ego}"),
            _field("ego_quaternion", vector(4), "", "world-from-vehicle", f"x, y, z, w, {ego}"),
            _field("ego_velocity", vector(3), "m/s", "world", f"of the origin, {ego}"),
            _field("ego_acceleration", vector(3), "m/s^2", "world", f"of the origin, {ego}"),
            _field("ego_angular_velocity", vector(3), "rad/s", "world", ego),
            *light,
            _field(
                "environment_light",
                pa.string(),
                "",
                "",
                "day, twilight (the sun within 6 degrees of the horizon) or night",
            ),
            *(
                _field(f"{name}_sha256", pa.string(), "", "", f"hash of the {name} file")
                for name in passes
            ),
        ]
    )


_BOX_SIDES = ("xmin", "ymin", "xmax", "ymax")
_FOR_PEOPLE = "; empty for all but people"

# Columns that hold people's poses: attribute of `PeopleTable` by column.
PEOPLE_COLUMNS = {
    "keypoints_image": "keypoints_image",
    "keypoint_visibility": "keypoint_visibility",
    "keypoints_world": "keypoints_world",
    "keypoints_camera": "keypoints_camera",
    "bones": "bones",
    "head_quaternion_world": "head_world",
    "head_quaternion_camera": "head_camera",
    "body_quaternion_world": "body_world",
    "body_quaternion_camera": "body_camera",
    "gaze_world": "gaze_world",
    "gaze_camera": "gaze_camera",
}

OBJECTS_SCHEMA = pa.schema(
    [
        *_PICTURE,
        *_ACTOR,
        _field(
            "panoptic_id", pa.uint32(), "", "", "id in the panoptic picture: 256 + id (below 2^24)"
        ),
        *_CONDITION,
        _field("braking", pa.bool_(), "", "", "a vehicle whose brake lamps are lit"),
        _field(
            "indicating",
            pa.string(),
            "",
            "",
            "left, right, hazard or empty: the indicators that flash, the dark half of a flash "
            "included",
        ),
        _field(
            "signal_aspect",
            pa.string(),
            "",
            "",
            "off, red, red_amber, amber, green; empty for all but traffic lights",
        ),
        *(
            _field(side, _FLOAT, "pixels", "image", "smallest box around the visible pixels")
            for side in _BOX_SIDES
        ),
        *(
            _field(
                f"amodal_{side}",
                _FLOAT,
                "pixels",
                "image",
                "smallest box around the pixels of the object drawn alone and, if it reaches out "
                "of the image, around its vertices in front of the camera",
            )
            for side in _BOX_SIDES
        ),
        *(
            _field(
                f"clipped_{side}",
                _FLOAT,
                "pixels",
                "image",
                "smallest box around the pixels of the object drawn alone, inside the image",
            )
            for side in _BOX_SIDES
        ),
        _field("visible_pixels", pa.int64(), "pixels", "image", "whose instance is the object"),
        _field(
            "amodal_pixels",
            pa.int64(),
            "pixels",
            "image",
            "of the object drawn alone, inside the image",
        ),
        _field("visible_fraction", _FLOAT, "0 to 1", "", "visible_pixels / amodal_pixels"),
        _field("truncation", _FLOAT, "0 to 1", "", "share of the amodal box outside the image"),
        _field(
            "occlusion_level",
            pa.uint8(),
            "",
            "",
            "KITTI's: 0 fully visible (at most 10 % of amodal_pixels hidden), 1 partly (50 %), 2 "
            "largely (90 %) occluded, 3 unknown (more)",
        ),
        _field(
            "occluder_ids",
            numbers(pa.uint32()),
            "",
            "",
            "who is seen in its place, those with most pixels first; 0 is the background",
        ),
        _field(
            "occluder_pixels", numbers(pa.int64()), "pixels", "image", "that each of them hides"
        ),
        _field("mask", pa.string(), "", "image", "visible pixels, COCO's compressed counts (RLE)"),
        _field(
            "amodal_mask",
            pa.string(),
            "",
            "image",
            "pixels of the object drawn alone, inside the image, likewise",
        ),
        _field("distance_m", _FLOAT, "m", "", "camera centre to the nearest visible surface point"),
        _field("range_to_center_m", _FLOAT, "m", "", "camera centre to the centre of the 3D box"),
        _field("dimension", vector(3), "m", "object", "length, width, height of the 3D box"),
        _field("center_world", vector(3), "m", "world", "centre of the 3D box"),
        _field("quaternion_world", vector(4), "", "world-from-object", "x, y, z, w"),
        _field("center_vehicle", vector(3), "m", "ego vehicle", "centre of the 3D box"),
        _field("quaternion_vehicle", vector(4), "", "vehicle-from-object", "x, y, z, w"),
        _field("center_camera", vector(3), "m", "camera", "centre of the 3D box"),
        _field("quaternion_camera", vector(4), "", "camera-from-object", "x, y, z, w"),
        _field("position_world", vector(3), "m", "world", "origin of the body frame"),
        _field("velocity_world", vector(3), "m/s", "world", "of the origin, over the ground"),
        _field("velocity_camera", vector(3), "m/s", "camera", "the same over the ground"),
        _field("speed_mps", _FLOAT, "m/s", "", "length of the velocity"),
        _field("acceleration_world", vector(3), "m/s^2", "world", "of the origin"),
        _field("yaw_rate_radps", _FLOAT, "rad/s", "world", "angular velocity about z"),
        _field(
            "relative_velocity_vehicle",
            vector(3),
            "m/s",
            "ego vehicle",
            "velocity of the origin less that of the ego's origin",
        ),
        _field(
            "time_to_collision_s",
            _FLOAT,
            "s",
            "",
            "until the 3D boxes of object and ego touch if both keep their velocity and do not "
            "turn; 0 if they do, infinite if they never will or no actor carries the camera",
        ),
        _field(
            "keypoints_image",
            numbers(),
            "pixels",
            "image",
            "u, v of COCO's 17 keypoints; 0, 0 for one that is not in front of the camera"
            + _FOR_PEOPLE,
        ),
        _field(
            "keypoint_visibility",
            numbers(pa.uint8()),
            "",
            "",
            "of each: 0 outside the image, 1 hidden (its pixel shows something else nearer, or "
            "the person nearer by more than the flesh about it), 2 seen" + _FOR_PEOPLE,
        ),
        _field("keypoints_world", numbers(), "m", "world", "x, y, z of each" + _FOR_PEOPLE),
        _field("keypoints_camera", numbers(), "m", "camera", "x, y, z of each" + _FOR_PEOPLE),
        _field(
            "bones",
            numbers(pa.float32()),
            "m",
            "body-from-bone",
            "x, y, z of the joint and quaternion x, y, z, w of each bone in the order of the "
            "kind's figure in sequence.json; at rest a bone has the body's axes" + _FOR_PEOPLE,
        ),
        _field(
            "head_quaternion_world",
            numbers(),
            "",
            "world-from-head",
            "x, y, z, w of the head bone: x forward, y left, z up" + _FOR_PEOPLE,
        ),
        _field("head_quaternion_camera", numbers(), "", "camera-from-head", "likewise"),
        _field(
            "body_quaternion_world",
            numbers(),
            "",
            "world-from-pelvis",
            "x, y, z, w of the pelvis: x forward, y left, z up" + _FOR_PEOPLE,
        ),
        _field("body_quaternion_camera", numbers(), "", "camera-from-pelvis", "likewise"),
        _field(
            "gaze_world",
            numbers(),
            "",
            "world",
            "unit vector: mean of the eyes' forward axes, the head's where the figure has no bones "
            "for eyes" + _FOR_PEOPLE,
        ),
        _field("gaze_camera", numbers(), "", "camera", "likewise"),
    ]
)

PIECES_SCHEMA = pa.schema(
    [
        *_PICTURE,
        _field("id", pa.uint32(), "", "", "of the object"),
        _field("piece", pa.string(), "", "", "rider or machine"),
        _field("class", pa.string(), "", "", "name of the piece's class"),
        _field("class_id", pa.uint8(), "", "", "id of the piece's class"),
        *(
            _field(
                side,
                _FLOAT,
                "pixels",
                "image",
                "smallest box around its visible pixels, all 0 if it has none",
            )
            for side in _BOX_SIDES
        ),
        _field("visible_pixels", pa.int64(), "pixels", "image", "of the piece"),
        _field("mask", pa.string(), "", "image", "visible pixels, COCO's compressed counts (RLE)"),
        _field("dimension", vector(3), "m", "object", "length, width, height of its 3D box"),
        _field("center_world", vector(3), "m", "world", "centre of its 3D box"),
        _field("quaternion_world", vector(4), "", "world-from-object", "x, y, z, w"),
        _field("center_camera", vector(3), "m", "camera", "centre of its 3D box"),
        _field("quaternion_camera", vector(4), "", "camera-from-object", "x, y, z, w"),
        _field(
            "keypoints_image",
            numbers(),
            "pixels",
            "image",
            "of a rider: u, v of COCO's 17 keypoints; 0, 0 for one that is not in front of the "
            "camera; empty for machines",
        ),
        _field(
            "keypoint_visibility",
            numbers(pa.uint8()),
            "",
            "",
            "of each: 0 outside the image, 1 hidden (its pixel shows something else nearer, the "
            "machine too, or the rider nearer by more than the flesh about it), 2 seen; "
            "empty for machines",
        ),
        _field("keypoints_world", numbers(), "m", "world", "x, y, z of each; empty for machines"),
        _field("keypoints_camera", numbers(), "m", "camera", "x, y, z of each; empty for machines"),
    ]
)

STATES_SCHEMA = pa.schema(
    [
        *_INSTANT,
        *_ACTOR,
        *_CONDITION,
        _field("indicating", pa.uint8(), "", "", "0 no, 1 left, 2 right, 3 hazard"),
        _field("position", vector(3), "m", "world", "origin of the body frame"),
        _field("quaternion", vector(4), "", "world-from-body", "x, y, z, w"),
        _field("velocity", vector(3), "m/s", "world", "of the origin"),
        _field("acceleration", vector(3), "m/s^2", "world", "of the origin"),
        _field("angular_velocity", vector(3), "rad/s", "world", "of the body"),
        _field("dimension", vector(3), "m", "body", "length, width, height of the 3D box"),
        _field("box_center", vector(3), "m", "body", "centre of the 3D box"),
        _field(
            "wheels",
            pa.list_(_FLOAT),
            "rad, rad, rad/s, m, 0 or 1",
            "body",
            "per wheel: steering, angle rolled, its rate, height above rest, on the ground",
        ),
        _field(
            "bones",
            pa.list_(pa.float32()),
            "m",
            "body",
            "per bone: 3 x 4 row-major skinning matrix, rest mesh to posed mesh",
        ),
    ]
)

EVENTS_SCHEMA = pa.schema(
    [
        *_INSTANT,
        _field("kind", pa.string(), "", "", "collision, off_road, red_light or wrong_way"),
        _field("actors", numbers(pa.string()), "", "", "names of those whom it happened to"),
        _field("impulse_ns", _FLOAT, "N s", "", "of the whole blow, collisions only"),
        _field("position", vector(3), "m", "world", "where"),
    ]
)

SIGNALS_SCHEMA = pa.schema(
    [
        _field("tick", pa.int64(), "ticks", "", "from this tick on"),
        _field("light", pa.string(), "", "", "id of the light in the road network"),
        _field("state", pa.string(), "", "", "a character per link, as in SUMO"),
    ]
)

STATIC_GEOMETRY_SCHEMA = pa.schema(
    [
        _field("mesh", pa.string(), "", "", "name of the mesh"),
        _field("positions", numbers(pa.float32()), "m", "part", "x, y, z of each vertex, as drawn"),
        _field(
            "triangles",
            numbers(pa.uint32()),
            "index",
            "",
            "three vertices of each triangle, counter-clockwise seen from outside",
        ),
        _field(
            "materials",
            numbers(pa.uint16()),
            "index",
            "",
            "of each triangle, in the lists of materials that follow",
        ),
        _field(
            "material_class_ids",
            numbers(pa.int16()),
            "",
            "",
            "class that each material shows, -1 for that of what stands there",
        ),
        _field(
            "material_two_sided",
            numbers(pa.bool_()),
            "",
            "",
            "whether each material is seen from both sides, not from outside alone",
        ),
        _field(
            "material_holes",
            numbers(pa.binary()),
            "",
            "",
            "of each material, a bit per texel (row 0 and the highest bit first) of a square "
            "texture: 0 is a hole; empty without holes",
        ),
        _field(
            "uvs",
            numbers(pa.float32()),
            "texture widths",
            "texture",
            "u, v of each vertex (row 0 of a texture at v = 0), where a material has holes",
        ),
        _field("placed", numbers(pa.string()), "", "", "name of each thing that shows the mesh"),
        _field("placed_class_ids", numbers(pa.uint8()), "", "", "its class"),
        _field(
            "placed_poses",
            numbers(),
            "m, -",
            "world-from-part",
            "where it shows it: position (3) and quaternion (x, y, z, w)",
        ),
        _field(
            "placed_origins", numbers(), "m", "world", "its origin (3), by whose distance levels go"
        ),
        _field(
            "placed_ranges",
            numbers(),
            "m",
            "",
            "from which distance of the camera it shows this mesh, and from which no more (2)",
        ),
    ]
)

ROAD_MARKS_SCHEMA = pa.schema(
    [
        _field(
            "kind",
            pa.string(),
            "",
            "",
            "solid or broken (pieces of lines along lanes, of a broken one each dash), stop_line, "
            "give_way (a block of the row), zebra (a bar), parking",
        ),
        _field("color", pa.string(), "", "", "white or yellow"),
        _field(
            "outline",
            numbers(),
            "m",
            "world",
            "x, y, z of each corner of a simple polygon, on the paint's upper side",
        ),
    ]
)


def tables() -> Mapping[str, pa.Schema]:
    """Return file name -> columns of every table of a sequence."""
    return {
        "frames.parquet": frames_schema(()),
        "objects.parquet": OBJECTS_SCHEMA,
        "pieces.parquet": PIECES_SCHEMA,
        "states.parquet": STATES_SCHEMA,
        "events.parquet": EVENTS_SCHEMA,
        "signals.parquet": SIGNALS_SCHEMA,
        "road_marks.parquet": ROAD_MARKS_SCHEMA,
        "static_geometry.parquet": STATIC_GEOMETRY_SCHEMA,
    }


def document(schema: pa.Schema) -> str:
    """Return a table in Markdown with a row for every column."""
    lines = ["| column | type | unit | frame | definition |", "|---|---|---|---|---|"]
    for field in schema:
        said = {key.decode(): value.decode() for key, value in field.metadata.items()}
        kind = str(field.type).replace("double", "float64").replace("float>", "float32>")
        kind = kind.replace("element: ", "").replace(" not null", "")
        lines.append(
            f"| `{field.name}` | {kind} | {said['unit']} | {said['frame']} | {said['definition']} |"
        )
    return "\n".join(lines)
