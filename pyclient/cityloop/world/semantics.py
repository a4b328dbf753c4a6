"""Class ids of the semantic pass: Cityscapes' 19 train ids (M. Cordts et al., 2016), then ours."""

from dataclasses import dataclass
from enum import IntEnum


class SemanticClass(IntEnum):
    """What a surface belongs to; the number is what the semantic pass holds."""

    ROAD = 0
    SIDEWALK = 1
    BUILDING = 2
    WALL = 3
    FENCE = 4
    POLE = 5
    TRAFFIC_LIGHT = 6
    TRAFFIC_SIGN = 7
    VEGETATION = 8
    TERRAIN = 9
    SKY = 10
    PERSON = 11
    RIDER = 12
    CAR = 13
    TRUCK = 14
    BUS = 15
    TRAIN = 16
    MOTORCYCLE = 17
    BICYCLE = 18
    ROAD_MARKING = 19
    KERB = 20
    STREET_FURNITURE = 21
    MOVABLE_OBJECT = 22


@dataclass(frozen=True)
class ClassInfo:
    """Name and palette colour (sRGB, 0 to 255) of a class."""

    name: str
    color: tuple[int, int, int]


CLASSES: dict[SemanticClass, ClassInfo] = {
    SemanticClass.ROAD: ClassInfo("road", (128, 64, 128)),
    SemanticClass.SIDEWALK: ClassInfo("sidewalk", (244, 35, 232)),
    SemanticClass.BUILDING: ClassInfo("building", (70, 70, 70)),
    SemanticClass.WALL: ClassInfo("wall", (102, 102, 156)),
    SemanticClass.FENCE: ClassInfo("fence", (190, 153, 153)),
    SemanticClass.POLE: ClassInfo("pole", (153, 153, 153)),
    SemanticClass.TRAFFIC_LIGHT: ClassInfo("traffic light", (250, 170, 30)),
    SemanticClass.TRAFFIC_SIGN: ClassInfo("traffic sign", (220, 220, 0)),
    SemanticClass.VEGETATION: ClassInfo("vegetation", (107, 142, 35)),
    SemanticClass.TERRAIN: ClassInfo("terrain", (152, 251, 152)),
    SemanticClass.SKY: ClassInfo("sky", (70, 130, 180)),
    SemanticClass.PERSON: ClassInfo("person", (220, 20, 60)),
    SemanticClass.RIDER: ClassInfo("rider", (255, 0, 0)),
    SemanticClass.CAR: ClassInfo("car", (0, 0, 142)),
    SemanticClass.TRUCK: ClassInfo("truck", (0, 0, 70)),
    SemanticClass.BUS: ClassInfo("bus", (0, 60, 100)),
    SemanticClass.TRAIN: ClassInfo("train", (0, 80, 100)),
    SemanticClass.MOTORCYCLE: ClassInfo("motorcycle", (0, 0, 230)),
    SemanticClass.BICYCLE: ClassInfo("bicycle", (119, 11, 32)),
    SemanticClass.ROAD_MARKING: ClassInfo("road marking", (255, 255, 255)),
    SemanticClass.KERB: ClassInfo("kerb", (196, 196, 196)),
    SemanticClass.STREET_FURNITURE: ClassInfo("street furniture", (110, 110, 0)),
    SemanticClass.MOVABLE_OBJECT: ClassInfo("movable object", (111, 74, 0)),
}
