#nullable enable
using System.Collections.Generic;
using Wire = Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>
    /// What draws the stage. Everything it is handed is in the frames of the protocol (world ISO 8855,
    /// cameras OpenCV), m, rad, s; all calls come from the main thread.
    /// </summary>
    public interface IRendering
    {
        /// <summary>What draws, for people.</summary>
        string Description { get; }

        /// <summary>Forgets the whole scene.</summary>
        void Reset();

        /// <summary>Takes a checked texture.</summary>
        void AddTexture(Wire.Texture texture);

        /// <summary>Takes a checked material, whose texture is there.</summary>
        void AddMaterial(Wire.Material material);

        /// <summary>Takes a checked mesh, whose materials are there.</summary>
        void AddMesh(Wire.Mesh mesh);

        /// <summary>
        /// Takes a checked prototype, whose meshes are there; returns a handle for each of its parts, as
        /// <see cref="Instances.Part"/> names them.
        /// </summary>
        int[] AddPrototype(Wire.Prototype prototype);

        /// <summary>Sets light and air for the draws that follow.</summary>
        void SetEnvironment(Wire.Environment environment);

        /// <summary>Puts everything where it is now, for who watches; no pictures come back.</summary>
        void Show(Instances instances);

        /// <summary>
        /// Draws all cameras at one instant and writes their passes as <see cref="PassLayouts"/> says.
        /// </summary>
        /// <param name="views">Cameras at three instants.</param>
        /// <param name="instances">What stands there at the same instants.</param>
        /// <param name="passes">Wanted ones, each once.</param>
        /// <param name="afterDtS">Time to the next instant, s.</param>
        /// <param name="starts">First byte of each camera in <paramref name="memory"/>.</param>
        /// <param name="memory">Where the pictures go.</param>
        /// <param name="silhouettes">Also draw every object that is seen alone.</param>
        DrawResult Draw(
            IReadOnlyList<CameraView> views, Instances instances, IReadOnlyList<Wire.Pass> passes,
            double afterDtS, IReadOnlyList<long> starts, IFrameMemory memory, bool silhouettes);
    }

    /// <summary>Bytes that pictures are written to: a slot of shared memory, or what will be streamed.</summary>
    public interface IFrameMemory
    {
        /// <summary>Copies bytes to <paramref name="offset"/>, counted from the start of the slot.</summary>
        void Write(long offset, byte[] source, int start, int count);
    }

    /// <summary>What drawing the cameras of a capture gave.</summary>
    public readonly struct DrawResult
    {
        /// <summary>Triangles sent to the rasteriser, one number for each camera.</summary>
        public readonly IReadOnlyList<long> Triangles;

        /// <summary>Time of the drawing, s.</summary>
        public readonly double DrawS;

        /// <summary>Time of the reading back, s.</summary>
        public readonly double ReadS;

        /// <summary>Objects drawn alone, a list for each camera; none if they were not asked for.</summary>
        public readonly IReadOnlyList<IReadOnlyList<Wire.Silhouette>> Silhouettes;

        public DrawResult(
            IReadOnlyList<long> triangles, IReadOnlyList<IReadOnlyList<Wire.Silhouette>> silhouettes, double drawS,
            double readS)
        {
            Triangles = triangles;
            Silhouettes = silhouettes;
            DrawS = drawS;
            ReadS = readS;
        }
    }
}
