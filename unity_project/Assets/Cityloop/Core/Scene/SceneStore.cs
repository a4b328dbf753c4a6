#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>
    /// What LoadScene brought: checked, handed to the renderer, and kept where physics needs it. An item is refused
    /// whole, with the reason.
    /// </summary>
    public sealed class SceneStore
    {
        private const int TextureBytes = 512 * 512 * 4;
        private const int MaxBones = 255; // indices and counts of bones are 8 bits

        private readonly IRendering _rendering;
        private readonly HashSet<string> _textures = new HashSet<string>();
        private readonly HashSet<string> _materials = new HashSet<string>();
        private readonly Dictionary<string, MeshGeometry> _meshes = new Dictionary<string, MeshGeometry>();
        private readonly Dictionary<string, LoadedPrototype> _prototypes = new Dictionary<string, LoadedPrototype>();

        /// <summary>Starts an empty scene.</summary>
        public SceneStore(IRendering rendering)
        {
            _rendering = rendering;
        }

        /// <summary>Kinds of bodies by name.</summary>
        public IReadOnlyDictionary<string, LoadedPrototype> Prototypes => _prototypes;

        /// <summary>Triangles of all meshes.</summary>
        public ulong Triangles { get; private set; }

        /// <summary>Takes one item of the stream; it may name only items that came before it.</summary>
        public void Add(LoadSceneRequest item)
        {
            switch (item.ItemCase)
            {
                case LoadSceneRequest.ItemOneofCase.Texture:
                    AddTexture(item.Texture);
                    break;
                case LoadSceneRequest.ItemOneofCase.Material:
                    AddMaterial(item.Material);
                    break;
                case LoadSceneRequest.ItemOneofCase.Mesh:
                    AddMesh(item.Mesh);
                    break;
                case LoadSceneRequest.ItemOneofCase.Prototype:
                    AddPrototype(item.Prototype);
                    break;
                default:
                    throw Refusal.Invalid(
                        "An item of the scene is empty: send a texture, material, mesh or prototype.");
            }
        }

        private void AddTexture(Texture texture)
        {
            CheckName("texture", texture.Name, _textures.Contains(texture.Name));
            if (texture.Rgba.Length != TextureBytes)
            {
                throw Refusal.Invalid(
                    $"Texture {Words.Quoted(texture.Name)} has {texture.Rgba.Length} bytes: every texture is " +
                    $"512 x 512 RGBA, {TextureBytes} bytes.");
            }
            _rendering.AddTexture(texture);
            _textures.Add(texture.Name);
        }

        private void AddMaterial(Material material)
        {
            string what = $"Material {Words.Quoted(material.Name)}";
            CheckName("material", material.Name, _materials.Contains(material.Name));
            if (material.Texture.Length > 0 && !_textures.Contains(material.Texture))
            {
                throw Refusal.Invalid(
                    $"{what} names the texture {Words.Quoted(material.Texture)}, which was not sent before it.");
            }
            if (material.TintSlot > 8)
            {
                throw Refusal.Invalid($"{what} has tint slot {material.TintSlot}: slots are 1 to 8, 0 for none.");
            }
            if (material.Lamp > 32)
            {
                throw Refusal.Invalid($"{what} has lamp {material.Lamp}: lamps are 1 to 32, 0 for none.");
            }
            if (material.HasSemantic && material.Semantic > 255)
            {
                throw Refusal.Invalid($"{what} has class id {material.Semantic}: class ids are 0 to 255.");
            }
            _rendering.AddMaterial(material);
            _materials.Add(material.Name);
        }

        private void AddMesh(Mesh mesh)
        {
            CheckName("mesh", mesh.Name, _meshes.ContainsKey(mesh.Name));
            MeshGeometry geometry = MeshChecks.Check(mesh, _materials.Count);
            _rendering.AddMesh(mesh);
            _meshes[mesh.Name] = geometry;
            Triangles += (ulong)geometry.TriangleCount;
        }

        private void AddPrototype(Prototype prototype)
        {
            CheckName("prototype", prototype.Name, _prototypes.ContainsKey(prototype.Name));
            string what = $"Prototype {Words.Quoted(prototype.Name)}";
            if (prototype.BoneCount > MaxBones)
            {
                throw Refusal.Invalid($"{what} has {prototype.BoneCount} bones: at most {MaxBones} can be.");
            }
            var skinned = new bool[prototype.Parts.Count];
            for (int i = 0; i < skinned.Length; i++)
            {
                skinned[i] = CheckPart(prototype.Parts[i], prototype, what);
            }
            if (prototype.Dynamics != null)
            {
                ShapeChecks.Check(prototype.Dynamics, what);
            }
            Limbs? limbs = prototype.Ragdoll == null
                ? null
                : LimbChecks.Read(prototype.Ragdoll, (int)prototype.BoneCount, what);
            for (int i = 0; i < prototype.Lights.Count; i++)
            {
                AirChecks.Check(prototype.Lights[i], $"{what}, light {i}");
            }
            var shapes = new List<CollisionShape>();
            foreach (Collider collider in prototype.Colliders)
            {
                shapes.Add(ShapeChecks.Read(collider, _meshes, what));
            }
            var parts = new List<PartPlace>();
            foreach (Part part in prototype.Parts)
            {
                string which = $"{what}, part {Words.Quoted(part.Name)}";
                parts.Add(
                    new PartPlace(
                        Decode.Vector<BodyFrame>(part.BodyFromPart?.Position, which),
                        Decode.Rotation<BodyFrame>(part.BodyFromPart?.Rotation, which),
                        part.HasWheel ? (int)part.Wheel : -1,
                        part.SteersOnly,
                        skinned[parts.Count]));
            }
            int[] handles = _rendering.AddPrototype(prototype);
            _prototypes[prototype.Name] = new LoadedPrototype(prototype, handles, parts, shapes, limbs);
        }

        /// <summary>Returns whether a part has meshes with bone weights.</summary>
        private bool CheckPart(Part part, Prototype prototype, string what)
        {
            bool skinned = false;
            foreach (LevelOfDetail lod in part.Lods)
            {
                if (lod.Mesh.Length == 0)
                {
                    continue;
                }
                if (!_meshes.TryGetValue(lod.Mesh, out MeshGeometry? mesh))
                {
                    throw Refusal.Invalid(
                        $"{what} names the mesh {Words.Quoted(lod.Mesh)}, which was not sent before it.");
                }
                if (mesh.BonesNeeded > prototype.BoneCount)
                {
                    throw Refusal.Invalid(
                        $"{what} has {prototype.BoneCount} bones, but its mesh {Words.Quoted(lod.Mesh)} " +
                        $"needs {mesh.BonesNeeded}.");
                }
                skinned |= mesh.BonesNeeded > 0;
            }
            int wheels = prototype.Dynamics == null ? 0 : prototype.Dynamics.Wheels.Count;
            if (part.HasWheel && part.Wheel >= wheels)
            {
                throw Refusal.Invalid(
                    $"Part {Words.Quoted(part.Name)} of prototype {Words.Quoted(prototype.Name)} follows wheel " +
                    $"{part.Wheel}: it has {wheels} wheels.");
            }
            if (part.SteersOnly && !part.HasWheel)
            {
                throw Refusal.Invalid(
                    $"Part {Words.Quoted(part.Name)} of prototype {Words.Quoted(prototype.Name)} steers with no " +
                    "wheel: name the wheel that it follows.");
            }
            return skinned;
        }

        private static void CheckName(string kind, string name, bool known)
        {
            if (name.Length == 0)
            {
                throw Refusal.Invalid($"A {kind} has no name: give it one that is unique in the scene.");
            }
            if (known)
            {
                throw Refusal.Invalid(
                    $"There are two {kind} items named {Words.Quoted(name)}: names are unique in a scene.");
            }
        }
    }
}
