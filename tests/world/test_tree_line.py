import numpy as np
import shapely

from cityloop.world.city import City
from cityloop.world.semantics import SemanticClass


def test_woods_stand_all_around_beyond_the_roads_and_face_them(town: City) -> None:
    rows = [p for p in town.scene.placements if p.name.startswith("tree_line/")]
    meshes = {m.name: m for m in town.scene.meshes}
    area = town.network.ground.road.envelope
    bearings = []
    for placement in rows:
        assert placement.semantic == SemanticClass.VEGETATION
        mesh = meshes[placement.prototype]
        points = mesh.positions + placement.pose.position
        assert shapely.distance(area, shapely.points(points[:, :2])).min() > 100.0
        land = town.network.ground_height(points[:, :2])
        foot = points[:, 2] < land
        assert foot.mean() == 0.5  # half of the corners are in the ground
        assert (points[~foot, 2] > land[~foot] + 5.0).all()
        middle = np.array(area.centroid.coords[0])
        assert ((middle - points[:, :2]) * mesh.normals[:, :2]).sum(axis=1).min() > 0.0
        bearings += np.arctan2(*(points[:, :2] - middle).T).tolist()
    gaps = np.diff(np.sort(bearings))
    assert gaps.max() < 0.3
    texture = next(t for t in town.scene.textures if t.name == "tree_line").rgba
    assert set(np.unique(texture[..., 3])) == {0, 255}
    assert (texture[256:, :, 3] == 255).all()
