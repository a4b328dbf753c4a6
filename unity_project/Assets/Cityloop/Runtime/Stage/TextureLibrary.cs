#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The scene's textures. Row 0 of a texture lies at v = 0, which runs down in the protocol and up in
    /// Unity's naming: the bytes stay as they are.
    /// </summary>
    public sealed class TextureLibrary
    {
        private const int Size = 512; // texels, of every streamed texture

        private readonly Dictionary<string, Texture2D> _textures = new Dictionary<string, Texture2D>();
        private readonly Dictionary<Texture, int> _layers = new Dictionary<Texture, int>();
        private readonly List<byte[]> _holes = new List<byte[]>();
        private Texture2DArray? _array;

        /// <summary>Textures that have holes, layer by layer.</summary>
        public Texture2DArray Holes => _array ??= MakeArray();

        /// <summary>Returns a texture by its name.</summary>
        public Texture2D this[string name] => _textures[name];

        /// <summary>Takes a checked texture.</summary>
        public void Add(Wire.Texture message)
        {
            var texture = new Texture2D(Size, Size, TextureFormat.RGBA32, true, false)
            {
                name = message.Name,
                wrapMode = TextureWrapMode.Repeat,
                filterMode = FilterMode.Trilinear,
                anisoLevel = 8,
                hideFlags = HideFlags.DontSave,
            };
            texture.SetPixelData(message.Rgba.ToByteArray(), 0);
            texture.Apply(true);
            _textures[message.Name] = texture;
        }

        /// <summary>Returns the layer of a streamed texture with holes.</summary>
        public int HolesOf(string name)
        {
            var texture = _textures[name];
            return _layers.TryGetValue(texture, out int layer)
                ? layer
                : AddLayer(texture, texture.GetPixelData<byte>(0).ToArray());
        }

        /// <summary>Returns the layer of a prefab's texture with holes, scaled to the size of the others.</summary>
        public int HolesOf(Texture texture)
        {
            if (_layers.TryGetValue(texture, out int layer))
            {
                return layer;
            }
            var scaled = RenderTexture.GetTemporary(Size, Size, 0, RenderTextureFormat.ARGB32, RenderTextureReadWrite.Linear);
            var copy = new Texture2D(Size, Size, TextureFormat.RGBA32, false, true);
            Graphics.Blit(texture, scaled);
            var active = RenderTexture.active;
            RenderTexture.active = scaled;
            copy.ReadPixels(new Rect(0, 0, Size, Size), 0, 0);
            RenderTexture.active = active;
            RenderTexture.ReleaseTemporary(scaled);
            byte[] texels = copy.GetPixelData<byte>(0).ToArray();
            Object.Destroy(copy);
            return AddLayer(texture, texels);
        }

        /// <summary>Gives all textures back.</summary>
        public void Release()
        {
            foreach (var texture in _textures.Values)
            {
                Object.Destroy(texture);
            }
            _textures.Clear();
            _layers.Clear();
            _holes.Clear();
            ReleaseArray();
        }

        private int AddLayer(Texture texture, byte[] texels)
        {
            ReleaseArray();
            _layers[texture] = _holes.Count;
            _holes.Add(texels);
            return _holes.Count - 1;
        }

        private Texture2DArray MakeArray()
        {
            var array = new Texture2DArray(Size, Size, Mathf.Max(1, _holes.Count), TextureFormat.RGBA32, true, true)
            {
                wrapMode = TextureWrapMode.Repeat,
                filterMode = FilterMode.Trilinear,
                hideFlags = HideFlags.DontSave,
            };
            for (int layer = 0; layer < _holes.Count; layer++)
            {
                array.SetPixelData(_holes[layer], 0, layer);
            }
            array.Apply(true);
            return array;
        }

        private void ReleaseArray()
        {
            if (_array != null)
            {
                Object.Destroy(_array);
            }
            _array = null;
        }
    }
}
#endif
