#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>
    /// Objects drawn alone: every object that a picture shows, as if nothing else stood there. Objects whose
    /// bounds on the picture do not overlap share a layer, an image of instance ids.
    /// </summary>
    public sealed class SilhouetteLayers
    {
        private readonly CameraView _view;
        private readonly Instances _instances;
        private readonly int[] _meshes;
        private readonly SceneTables _tables;
        private readonly uint[] _ids;
        private readonly int[] _layer;
        private readonly int[,] _bounds; // left, top, right, bottom; pixels, right and bottom exclusive
        private readonly List<int>[] _rows; // of each object, all its parts

        /// <summary>Decides which objects share layers.</summary>
        /// <param name="view">The camera.</param>
        /// <param name="instances">What stands there.</param>
        /// <param name="meshes">Mesh of each instance, -1 for none.</param>
        /// <param name="drawn">What the picture drew.</param>
        /// <param name="picture">Its instance ids, row by row.</param>
        /// <param name="tables">The scene's.</param>
        public SilhouetteLayers(
            CameraView view, Instances instances, int[] meshes, DrawList drawn, uint[] picture, SceneTables tables)
        {
            _view = view;
            _instances = instances;
            _meshes = meshes;
            _tables = tables;
            _ids = picture.Where(id => id != 0).Distinct().OrderBy(id => id).ToArray();
            _layer = new int[_ids.Length];
            _bounds = new int[_ids.Length, 4];
            _rows = _ids.Select(_ => new List<int>()).ToArray();
            for (int row = 0; row < meshes.Length; row++)
            {
                int i = Array.BinarySearch(_ids, instances.InstanceId[row]);
                bool hidden = view.HiddenBody != 0 && instances.Body[row] == view.HiddenBody;
                if (i >= 0 && meshes[row] >= 0 && !hidden)
                {
                    _rows[i].Add(row);
                }
            }
            for (int i = 0; i < _ids.Length; i++)
            {
                Bound(i);
            }
            Draws = Share(drawn);
        }

        /// <summary>What each layer draws.</summary>
        public IReadOnlyList<DrawList> Draws { get; }

        /// <summary>Returns all objects of drawn layers, instance ids row by row, by rising id.</summary>
        public List<Silhouette> Cut(IReadOnlyList<uint[]> layers)
        {
            var found = new List<Silhouette>();
            for (int i = 0; i < _ids.Length; i++)
            {
                Silhouette? one = Cut(i, layers[_layer[i]]);
                if (one != null)
                {
                    found.Add(one);
                }
            }
            return found;
        }

        private Silhouette? Cut(int i, uint[] layer)
        {
            int left = int.MaxValue, top = int.MaxValue, right = -1, bottom = -1;
            for (int y = _bounds[i, 1]; y < _bounds[i, 3]; y++)
            {
                for (int x = _bounds[i, 0]; x < _bounds[i, 2]; x++)
                {
                    if (layer[y * _view.Width + x] == _ids[i])
                    {
                        left = Math.Min(left, x);
                        right = Math.Max(right, x + 1);
                        top = Math.Min(top, y);
                        bottom = y + 1;
                    }
                }
            }
            if (right < 0)
            {
                return null;
            }
            int rowBytes = (right - left + 7) / 8;
            var mask = new byte[rowBytes * (bottom - top)];
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++)
                {
                    if (layer[y * _view.Width + x] == _ids[i])
                    {
                        mask[(y - top) * rowBytes + (x - left) / 8] |= (byte)(128 >> (x - left) % 8);
                    }
                }
            }
            double[] box = { double.MaxValue, double.MaxValue, double.MinValue, double.MinValue };
            foreach (int row in _rows[i])
            {
                _tables.Vertices[_meshes[row]].Widen(_view, _instances, row, box);
            }
            bool leaves = box[0] < 0 || box[1] < 0 || box[2] > _view.Width || box[3] > _view.Height;
            return new Silhouette
            {
                InstanceId = _ids[i],
                Xmin = leaves ? Math.Min(box[0], left) : left,
                Ymin = leaves ? Math.Min(box[1], top) : top,
                Xmax = leaves ? Math.Max(box[2], right) : right,
                Ymax = leaves ? Math.Max(box[3], bottom) : bottom,
                Left = (uint)left,
                Top = (uint)top,
                Width = (uint)(right - left),
                Height = (uint)(bottom - top),
                Mask = ByteString.CopyFrom(mask),
            };
        }

        /// <summary>Bounds an object on the picture by the spheres around its parts.</summary>
        private void Bound(int i)
        {
            double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
            foreach (int row in _rows[i])
            {
                Visibility.Sphere(
                    _view, _instances, row, _tables.Meshes[_meshes[row]], out double x, out double y, out double z,
                    out double radius);
                double near = z - radius, far = z + radius;
                if (near <= _view.NearM)
                {
                    left = top = double.MinValue;
                    right = bottom = double.MaxValue;
                    continue;
                }
                left = Math.Min(left, Math.Min((x - radius) / near, (x - radius) / far));
                right = Math.Max(right, Math.Max((x + radius) / near, (x + radius) / far));
                top = Math.Min(top, Math.Min((y - radius) / near, (y - radius) / far));
                bottom = Math.Max(bottom, Math.Max((y + radius) / near, (y + radius) / far));
            }
            // A pixel more on each side, for what the graphics card rounds.
            _bounds[i, 0] = Pixel(Math.Floor(left * _view.Fx + _view.Cx) - 1, _view.Width);
            _bounds[i, 1] = Pixel(Math.Floor(top * _view.Fy + _view.Cy) - 1, _view.Height);
            _bounds[i, 2] = Pixel(Math.Ceiling(right * _view.Fx + _view.Cx) + 1, _view.Width);
            _bounds[i, 3] = Pixel(Math.Ceiling(bottom * _view.Fy + _view.Cy) + 1, _view.Height);
        }

        private static int Pixel(double place, int size) => (int)Math.Max(0, Math.Min(size, place));

        /// <summary>Gives every object a layer, large ones first, each where there is room.</summary>
        private List<DrawList> Share(DrawList drawn)
        {
            var layers = new List<List<int>>();
            foreach (int i in Enumerable.Range(0, _ids.Length).OrderByDescending(Area))
            {
                int which = layers.FindIndex(members => members.All(other => Apart(i, other)));
                if (which < 0)
                {
                    which = layers.Count;
                    layers.Add(new List<int>());
                }
                layers[which].Add(i);
                _layer[i] = which;
            }
            var inPicture = new HashSet<int>(drawn.Rows);
            return layers
                .Select(members => members.SelectMany(i => _rows[i]).Where(inPicture.Contains).ToList())
                .Select(rows => Visibility.ByMesh(rows, _meshes)).ToList();
        }

        private long Area(int i) => (long)(_bounds[i, 2] - _bounds[i, 0]) * (_bounds[i, 3] - _bounds[i, 1]);

        private bool Apart(int i, int j) =>
            _bounds[i, 2] <= _bounds[j, 0] || _bounds[j, 2] <= _bounds[i, 0]
            || _bounds[i, 3] <= _bounds[j, 1] || _bounds[j, 3] <= _bounds[i, 1];
    }
}
