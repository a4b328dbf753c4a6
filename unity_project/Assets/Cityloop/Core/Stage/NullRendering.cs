#nullable enable
using System.Collections.Generic;
using Wire = Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>For an engine without a graphics device: takes everything and draws nothing.</summary>
    public sealed class NullRendering : IRendering
    {
        private int _parts;

        /// <inheritdoc/>
        public string Description => "none";

        /// <inheritdoc/>
        public void Reset() => _parts = 0;

        /// <inheritdoc/>
        public void AddTexture(Wire.Texture texture)
        {
        }

        /// <inheritdoc/>
        public void AddMaterial(Wire.Material material)
        {
        }

        /// <inheritdoc/>
        public void AddMesh(Wire.Mesh mesh)
        {
        }

        /// <inheritdoc/>
        public int[] AddPrototype(Wire.Prototype prototype)
        {
            var handles = new int[prototype.Parts.Count];
            for (int i = 0; i < handles.Length; i++)
            {
                handles[i] = _parts++;
            }
            return handles;
        }

        /// <inheritdoc/>
        public void SetEnvironment(Wire.Environment environment)
        {
        }

        /// <inheritdoc/>
        public void Show(Instances instances)
        {
        }

        /// <inheritdoc/>
        public DrawResult Draw(
            IReadOnlyList<CameraView> views, Instances instances, IReadOnlyList<Wire.Pass> passes,
            double afterDtS, IReadOnlyList<long> starts, IFrameMemory memory, bool silhouettes) =>
            throw Refusal.Unimplemented(
                "This engine draws nothing, since it runs without a graphics device: start it with one, or record " +
                "states alone.");
    }
}
