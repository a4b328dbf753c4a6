#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using Cityloop.Core;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Draws the stage with Unity: pictures by an ordinary camera, labels by a command buffer. All calls come
    /// from the main thread; a capture waits for its pictures, so that the engine stays in lockstep.
    /// </summary>
    public sealed class UnityRendering : IRendering
    {
        private readonly PrefabOverrides? _overrides;
        private readonly Transform _stage;
        private readonly SurfaceShader _surfaces = new SurfaceShader();
        private readonly LabelPass _labels;
        private readonly CameraRig _camera;
        private readonly EnvironmentLight _light;
        private readonly Readback _readback = new Readback();
        private readonly SizedCache<LabelTargets> _targets = new SizedCache<LabelTargets>(
            (width, height) => new LabelTargets(width, height), targets => targets.Release());

        private readonly SizedCache<RenderTexture> _layers = new SizedCache<RenderTexture>(
            LabelTargets.MakeLayer, LabelTargets.Release);

        private MaterialLibrary _materials;
        private MeshLibrary _meshes;
        private LampLibrary _lamps = new LampLibrary();
        private BodyVisuals _visuals;

        /// <summary>Makes what draws.</summary>
        /// <param name="overrides">Prefabs that replace streamed meshes, null for none.</param>
        /// <exception cref="InvalidOperationException">If this device cannot draw labels.</exception>
        public UnityRendering(PrefabOverrides? overrides)
        {
            _overrides = overrides;
            _labels = new LabelPass();
            StageRoot root = StageRoot.Make();
            _stage = root.transform;
            _camera = new CameraRig(_stage, _surfaces);
            _light = new EnvironmentLight(_stage);
            _materials = new MaterialLibrary(_surfaces);
            _meshes = new MeshLibrary(_materials);
            _visuals = new BodyVisuals(_stage, _meshes, _materials, _lamps);
            root.Destroyed += Release;
        }

        /// <inheritdoc/>
        public string Description =>
            $"Unity {Application.unityVersion}, {SystemInfo.graphicsDeviceName} ({SystemInfo.graphicsDeviceType})";

        /// <inheritdoc/>
        public void Reset()
        {
            ReleaseScene();
            _materials = new MaterialLibrary(_surfaces);
            _meshes = new MeshLibrary(_materials);
            _lamps = new LampLibrary();
            _visuals = new BodyVisuals(_stage, _meshes, _materials, _lamps);
        }

        /// <inheritdoc/>
        public void AddTexture(Wire.Texture texture) => _materials.AddTexture(texture);

        /// <inheritdoc/>
        public void AddMaterial(Wire.Material material) => _materials.Add(material);

        /// <inheritdoc/>
        public void AddMesh(Wire.Mesh mesh) => _meshes.Add(mesh);

        /// <inheritdoc/>
        public int[] AddPrototype(Wire.Prototype prototype)
        {
            var prefab = _overrides != null ? _overrides.Find(prototype.Name) : null;
            int[] handles = prefab != null
                ? new PrefabMeshes(_meshes, _materials).Add(prefab, prototype)
                : prototype.Parts.Select(_meshes.AddPart).ToArray();
            _lamps.Add(prototype, handles);
            return handles;
        }

        /// <inheritdoc/>
        public void SetEnvironment(Wire.Environment environment) => _light.Set(environment);

        /// <inheritdoc/>
        public void Show(Instances instances)
        {
            _visuals.Place(instances);
            var watching = Camera.allCameras; // those that draw to the window
            var eye = watching.Length > 0 ? watching[0].transform.position.World() : default;
            var meshes = new int[instances.Count];
            for (int i = 0; i < meshes.Length; i++)
            {
                double x = instances.Origin[i * 3] - eye.X, y = instances.Origin[i * 3 + 1] - eye.Y;
                double z = instances.Origin[i * 3 + 2] - eye.Z;
                meshes[i] = _meshes.Tables.MeshAt(instances.Part[i], Math.Sqrt(x * x + y * y + z * z));
            }
            _visuals.Show(instances, meshes, 0);
        }

        /// <inheritdoc/>
        public DrawResult Draw(
            IReadOnlyList<CameraView> views, Instances instances, IReadOnlyList<Wire.Pass> passes, double afterDtS,
            IReadOnlyList<long> starts, IFrameMemory memory, bool silhouettes)
        {
            var watch = Stopwatch.StartNew();
            bool pictures = passes.Contains(Wire.Pass.Rgb);
            bool labels = silhouettes || passes.Any(pass => pass != Wire.Pass.Rgb);
            if (pictures)
            {
                _visuals.Place(instances);
            }
            if (labels)
            {
                _labels.Begin(instances);
            }
            var triangles = new List<long>();
            var alone = new List<IReadOnlyList<Wire.Silhouette>>();
            for (int i = 0; i < views.Count; i++)
            {
                int[] meshes = Visibility.SelectMeshes(views[i], instances, _meshes.Tables);
                DrawList list = Visibility.Draw(views[i], instances, meshes, _meshes.Tables);
                var offsets = PassLayouts.Offsets(views[i].Width, views[i].Height, passes);
                long count = 0;
                if (labels)
                {
                    count += DrawLabels(views[i], instances, list, afterDtS, offsets, starts[i]);
                }
                alone.Add(silhouettes ? DrawAlone(views[i], instances, meshes, list) : new Wire.Silhouette[0]);
                if (pictures)
                {
                    _visuals.Show(instances, meshes, views[i].HiddenBody);
                    _readback.Add(_camera.Draw(views[i]), starts[i] + offsets[PassImage.Color], true);
                    count += Triangles(list);
                }
                triangles.Add(count);
            }
            double drawS = watch.Elapsed.TotalSeconds;
            _readback.Finish(memory);
            _targets.Trim();
            _layers.Trim();
            _camera.Trim();
            return new DrawResult(triangles, alone, drawS, watch.Elapsed.TotalSeconds - drawS);
        }

        private long DrawLabels(
            CameraView view, Instances instances, DrawList list, double dtS,
            IReadOnlyDictionary<PassImage, long> offsets, long start)
        {
            LabelTargets targets = _targets.Of(view.Width, view.Height);
            long count = _labels.Draw(view, instances, list, dtS, _meshes, _materials, targets);
            foreach (var entry in offsets)
            {
                if (entry.Key != PassImage.Color)
                {
                    _readback.Add(targets[entry.Key], start + entry.Value, false);
                }
            }
            return count;
        }

        /// <summary>Draws every object that the labels of a camera show alone.</summary>
        private List<Wire.Silhouette> DrawAlone(CameraView view, Instances instances, int[] meshes, DrawList list)
        {
            uint[] picture = Readback.Ids(_targets.Of(view.Width, view.Height)[PassImage.Instance]);
            var layers = new SilhouetteLayers(view, instances, meshes, list, picture, _meshes.Tables);
            RenderTexture layer = _layers.Of(view.Width, view.Height);
            var pictures = new List<uint[]>();
            foreach (DrawList draw in layers.Draws)
            {
                _labels.DrawAlone(view, instances, draw, _meshes, layer);
                pictures.Add(Readback.Ids(layer));
            }
            return layers.Cut(pictures);
        }

        private long Triangles(DrawList list)
        {
            long count = 0;
            foreach (var batch in list.Batches)
            {
                StageMesh mesh = _meshes[batch.Mesh];
                for (int i = 0; i < mesh.Materials.Length; i++)
                {
                    count += mesh.Mesh.GetIndexCount(i) / 3 * batch.Count;
                }
            }
            return count;
        }

        /// <summary>Gives back what does not hang on the stage.</summary>
        private void Release()
        {
            ReleaseScene();
            _targets.Clear();
            _layers.Clear();
            _labels.Release();
            _camera.Release();
            _light.Release();
        }

        private void ReleaseScene()
        {
            _visuals.Clear();
            _meshes.Release();
            _materials.Release();
        }
    }
}
#endif
