#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Draws depth, instance, semantic, both flows, normal and velocity of a camera from one command buffer,
    /// with matrices and bones of three instants that we keep ourselves. It is executed at once, outside of any
    /// render pipeline.
    /// </summary>
    public sealed class LabelPass
    {
        private const int SkyPass = 6; // of CityloopLabels.shader; before it three rigid and three skinned ones
        private const int FirstAlonePass = 9; // three rigid and three skinned ones
        private const int Groups = 3;

        private static readonly int Intrinsics = Shader.PropertyToID("_CityloopIntrinsics");
        private static readonly int Image = Shader.PropertyToID("_CityloopImage");
        private static readonly int Range = Shader.PropertyToID("_CityloopRange");
        private static readonly int Far = Shader.PropertyToID("_CityloopFar");
        private static readonly int PreviousFromCurrent = Shader.PropertyToID("_CityloopPreviousFromCurrent");
        private static readonly int NextFromCurrent = Shader.PropertyToID("_CityloopNextFromCurrent");
        private static readonly int WorldFromPrevious = Shader.PropertyToID("_CityloopWorldFromPrevious");
        private static readonly int WorldFromNext = Shader.PropertyToID("_CityloopWorldFromNext");
        private static readonly int FirstRow = Shader.PropertyToID("_CityloopFirstRow");
        private static readonly int InstanceTable = Shader.PropertyToID("_CityloopInstances");
        private static readonly int IdTable = Shader.PropertyToID("_CityloopIds");
        private static readonly int BoneTable = Shader.PropertyToID("_CityloopBones");
        private static readonly int MaterialTable = Shader.PropertyToID("_CityloopMaterials");
        private static readonly int Textures = Shader.PropertyToID("_CityloopTextures");
        private static readonly int Cull = Shader.PropertyToID("_CityloopCull");

        private readonly Material _labels;
        private readonly TargetProbe _probe;
        private readonly CommandBuffer _commands = new CommandBuffer { name = "Cityloop labels" };
        private readonly TableBuffer<float> _instances = new TableBuffer<float>(LabelRecords.InstanceFloats, 4, sizeof(float));
        private readonly TableBuffer<uint> _ids = new TableBuffer<uint>(LabelRecords.InstanceIntegers, 4, sizeof(uint));
        private readonly TableBuffer<float> _bones = new TableBuffer<float>(LabelRecords.BoneFloats, 4, sizeof(float));

        /// <summary>Makes the pass.</summary>
        /// <exception cref="InvalidOperationException">If this device cannot draw labels.</exception>
        public LabelPass()
        {
            string shortcoming = LabelTargets.Shortcoming();
            if (shortcoming.Length > 0)
            {
                throw new InvalidOperationException($"{SystemInfo.graphicsDeviceName} cannot draw labels: {shortcoming}.");
            }
            _labels = Shaders.Make("Cityloop/Labels");
            _probe = TargetProbe.Find(_labels);
            _labels.SetFloat(Cull, (float)_probe.CullBehind);
        }

        /// <summary>Brings the bones of all instances to the card, once for all cameras.</summary>
        public void Begin(Instances instances)
        {
            int bones = instances.BonesCurrent.Length / 12;
            LabelRecords.FillBones(instances, _bones.Room(bones));
            _bones.Upload(bones);
        }

        /// <summary>Draws a camera into its targets; returns the number of triangles.</summary>
        /// <param name="view">The camera.</param>
        /// <param name="instances">Those that <see cref="Begin"/> was given.</param>
        /// <param name="list">What it draws.</param>
        /// <param name="dtS">Time between the instants, s.</param>
        /// <param name="meshes">The scene's.</param>
        /// <param name="materials">The scene's.</param>
        /// <param name="targets">Of the camera's size.</param>
        public long Draw(
            CameraView view, Instances instances, DrawList list, double dtS, MeshLibrary meshes,
            MaterialLibrary materials, LabelTargets targets)
        {
            LabelRecords.Fill(view, instances, list.Rows, _instances.Room(list.Rows.Count), _ids.Room(list.Rows.Count));
            _instances.Upload(list.Rows.Count);
            _ids.Upload(list.Rows.Count);
            _commands.Clear();
            _commands.SetRenderTarget(targets.Colors, targets.DepthBuffer);
            _commands.ClearRenderTarget(true, false, Color.clear);
            SetCamera(new LabelFrame(view, dtS, _probe.Convention));
            _commands.SetGlobalBuffer(InstanceTable, _instances.Buffer);
            _commands.SetGlobalBuffer(IdTable, _ids.Buffer);
            _commands.SetGlobalBuffer(BoneTable, _bones.Buffer);
            _commands.SetGlobalBuffer(MaterialTable, materials.Table);
            _commands.SetGlobalTexture(Textures, materials.Holes);
            long triangles = 0;
            foreach (var batch in list.Batches)
            {
                triangles += DrawBatch(meshes[batch.Mesh], batch, 0);
            }
            _commands.DrawProcedural(Matrix4x4.identity, _labels, SkyPass, MeshTopology.Triangles, 3);
            Graphics.ExecuteCommandBuffer(_commands);
            return triangles;
        }

        /// <summary>Draws objects alone, after <see cref="Draw"/> of the same camera.</summary>
        /// <param name="view">The camera.</param>
        /// <param name="instances">Those that <see cref="Begin"/> was given.</param>
        /// <param name="list">What shares a layer.</param>
        /// <param name="meshes">The scene's.</param>
        /// <param name="layer">Of the camera's size, R32_UInt.</param>
        public void DrawAlone(
            CameraView view, Instances instances, DrawList list, MeshLibrary meshes, RenderTexture layer)
        {
            LabelRecords.Fill(view, instances, list.Rows, _instances.Room(list.Rows.Count), _ids.Room(list.Rows.Count));
            _instances.Upload(list.Rows.Count);
            _ids.Upload(list.Rows.Count);
            _commands.Clear();
            _commands.SetRenderTarget(layer);
            _commands.ClearRenderTarget(false, true, Color.clear);
            // Room for more may have made the buffers anew.
            _commands.SetGlobalBuffer(InstanceTable, _instances.Buffer);
            _commands.SetGlobalBuffer(IdTable, _ids.Buffer);
            foreach (var batch in list.Batches)
            {
                DrawBatch(meshes[batch.Mesh], batch, FirstAlonePass);
            }
            Graphics.ExecuteCommandBuffer(_commands);
        }

        /// <summary>Gives everything back.</summary>
        public void Release()
        {
            _commands.Release();
            _instances.Release();
            _ids.Release();
            _bones.Release();
            UnityEngine.Object.Destroy(_labels);
        }

        private long DrawBatch(StageMesh mesh, Batch batch, int firstPass)
        {
            long triangles = 0;
            _commands.SetGlobalInteger(FirstRow, batch.First);
            for (int group = 0; group < Groups; group++)
            {
                int submesh = mesh.Groups[group];
                if (submesh < 0)
                {
                    continue;
                }
                int pass = firstPass + (mesh.IsSkinned ? Groups : 0) + group;
                _commands.DrawMeshInstancedProcedural(mesh.Mesh, submesh, _labels, pass, batch.Count);
                triangles += mesh.Mesh.GetIndexCount(submesh) / 3 * batch.Count;
            }
            return triangles;
        }

        private void SetCamera(LabelFrame frame)
        {
            SetVector(Intrinsics, frame.Intrinsics);
            SetVector(Image, frame.Image);
            SetVector(Range, frame.Range);
            SetVector(Far, frame.Far);
            SetRows(PreviousFromCurrent, frame.PreviousFromCurrent);
            SetRows(NextFromCurrent, frame.NextFromCurrent);
            SetRows(WorldFromPrevious, frame.WorldFromPrevious);
            SetRows(WorldFromNext, frame.WorldFromNext);
        }

        private void SetVector(int name, float[] v) => _commands.SetGlobalVector(name, new Vector4(v[0], v[1], v[2], v[3]));

        private void SetRows(int name, float[] m) =>
            _commands.SetGlobalVectorArray(name, new[]
            {
                new Vector4(m[0], m[1], m[2], m[3]),
                new Vector4(m[4], m[5], m[6], m[7]),
                new Vector4(m[8], m[9], m[10], m[11]),
            });
    }
}
#endif
