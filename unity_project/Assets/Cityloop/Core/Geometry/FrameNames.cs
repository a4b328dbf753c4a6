#nullable enable

namespace Cityloop.Core
{
    /// <summary>
    /// Names the frame of a <see cref="Vec3{TFrame}"/>: ISO 8855, right-handed, x east, y north, z up.
    /// </summary>
    public readonly struct WorldFrame
    {
    }

    /// <summary>
    /// Names the frame of a <see cref="Vec3{TFrame}"/>: a body's own, right-handed, x forward, y left, z up.
    /// </summary>
    public readonly struct BodyFrame
    {
    }

    /// <summary>
    /// Names the frame of a <see cref="Vec3{TFrame}"/>: Unity's, left-handed, x right, y up, z forward;
    /// that of the scene, or of a transform, with the same axes.
    /// </summary>
    public readonly struct UnityFrame
    {
    }
}
