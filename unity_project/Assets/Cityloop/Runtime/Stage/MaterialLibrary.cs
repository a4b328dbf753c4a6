#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>The scene's materials by their index in the stream, for the picture and for the labels.</summary>
    public sealed class MaterialLibrary
    {
        // Integers of a material in the label shaders' table: layer of its holes or -1, 0, 0, class or -1.
        private const int TableIntegers = 4;

        private readonly SurfaceShader _shader;
        private readonly TextureLibrary _textures = new TextureLibrary();
        private readonly List<StageMaterial> _materials = new List<StageMaterial>();
        private GraphicsBuffer? _table;

        /// <summary>Takes the shader of pictures.</summary>
        public MaterialLibrary(SurfaceShader shader) => _shader = shader;

        /// <summary>Textures whose holes the label shaders cut.</summary>
        public Texture2DArray Holes => _textures.Holes;

        /// <summary>What the label shaders know of each material.</summary>
        public GraphicsBuffer Table => _table ??= MakeTable();

        /// <summary>Returns a material by its index.</summary>
        public StageMaterial this[int index] => _materials[index];

        /// <summary>Takes a checked texture.</summary>
        public void AddTexture(Wire.Texture texture) => _textures.Add(texture);

        /// <summary>Takes a checked material, whose texture is there.</summary>
        public void Add(Wire.Material message)
        {
            var texture = message.Texture.Length > 0 ? _textures[message.Texture] : null;
            int holes = message.AlphaCutout && texture != null ? _textures.HolesOf(message.Texture) : -1;
            var solid = message.TwoSided ? LabelGroup.Open : message.AlphaCutout ? LabelGroup.Card : LabelGroup.Closed;
            var group = message.Pane ? LabelGroup.None : solid;
            Add(new StageMaterial(_shader.Make(message, texture), message, group, holes));
        }

        /// <summary>Takes a material of a prefab; returns its index.</summary>
        public int AddForeign(Material material)
        {
            bool cut = material.renderQueue >= (int)UnityEngine.Rendering.RenderQueue.AlphaTest
                && material.renderQueue < (int)UnityEngine.Rendering.RenderQueue.Transparent;
            int holes = cut && material.mainTexture != null ? _textures.HolesOf(material.mainTexture) : -1;
            return Add(new StageMaterial(material, null, cut ? LabelGroup.Open : LabelGroup.Closed, holes));
        }

        /// <summary>Returns how triangles of a material are drawn in the label passes.</summary>
        public LabelGroup GroupOf(int material) => _materials[material].Group;

        /// <summary>
        /// Sets what one body's tints (8 x 3, linear, from <paramref name="first"/>) and lamps make of a
        /// material.
        /// </summary>
        public void Vary(MaterialPropertyBlock block, int material, float[] tints, int first, uint lamps)
        {
            var message = _materials[material].Message!;
            var tint = Vector3.one;
            if (message.TintSlot > 0)
            {
                int at = first + ((int)message.TintSlot - 1) * 3;
                tint = new Vector3(tints[at], tints[at + 1], tints[at + 2]);
            }
            bool lit = message.Lamp == 0 || (lamps >> (int)(message.Lamp - 1) & 1u) != 0;
            _shader.Vary(block, message, tint, lit);
        }

        /// <summary>Gives everything back.</summary>
        public void Release()
        {
            foreach (var material in _materials)
            {
                if (material.Message != null)
                {
                    Object.Destroy(material.Picture);
                }
            }
            _materials.Clear();
            _textures.Release();
            _table?.Release();
            _table = null;
        }

        private int Add(StageMaterial material)
        {
            _materials.Add(material);
            _table?.Release();
            _table = null;
            return _materials.Count - 1;
        }

        private GraphicsBuffer MakeTable()
        {
            var table = new int[Mathf.Max(1, _materials.Count) * TableIntegers];
            for (int i = 0; i < _materials.Count; i++)
            {
                var message = _materials[i].Message;
                table[i * TableIntegers] = _materials[i].Holes;
                table[i * TableIntegers + 3] = message != null && message.HasSemantic ? (int)message.Semantic : -1;
            }
            var buffer = new GraphicsBuffer(
                GraphicsBuffer.Target.Structured, table.Length / TableIntegers, TableIntegers * sizeof(int));
            buffer.SetData(table);
            return buffer;
        }
    }
}
#endif
