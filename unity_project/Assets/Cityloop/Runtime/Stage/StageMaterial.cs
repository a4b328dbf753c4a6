#if !CITYLOOP_PLAYER_2017
#nullable enable
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>A material as the picture and as the labels know it.</summary>
    public sealed class StageMaterial
    {
        /// <summary>Takes what was made of a message, or a prefab's material without one.</summary>
        public StageMaterial(Material picture, Wire.Material? message, LabelGroup group, int holes)
        {
            Picture = picture;
            Message = message;
            Group = group;
            Holes = holes;
        }

        /// <summary>What the picture is drawn with.</summary>
        public Material Picture { get; }

        /// <summary>As it was sent; null for a prefab's.</summary>
        public Wire.Material? Message { get; }

        /// <summary>How its triangles are drawn in the label passes.</summary>
        public LabelGroup Group { get; }

        /// <summary>Layer of the texture with its holes, -1 for none.</summary>
        public int Holes { get; }

        /// <summary>Looks different from body to body.</summary>
        public bool Varies => Message != null && (Message.TintSlot > 0 || Message.Lamp > 0);
    }
}
#endif
