#nullable enable
namespace Cityloop.Core
{
    /// <summary>A camera at three instants, OpenCV axes: x right, y down, z forward.</summary>
    public sealed class CameraView
    {
        /// <summary>Unique in the capture.</summary>
        public readonly string Name;

        /// <summary>Size of the image, pixels.</summary>
        public readonly int Width, Height;

        /// <summary>Focal lengths and principal point, pixels from the upper left corner.</summary>
        public readonly double Fx, Fy, Cx, Cy;

        /// <summary>Nearest and farthest visible depth, m.</summary>
        public readonly double NearM, FarM;

        /// <summary>World-from-camera at t-dt, t and t+dt; 3 x 4 row-major, 12 numbers each, m.</summary>
        public readonly double[] Previous, Current, Next;

        /// <summary>Body that is not drawn but casts its shadow, 0 for none.</summary>
        public readonly uint HiddenBody;

        public CameraView(
            string name, int width, int height, double fx, double fy, double cx, double cy, double nearM,
            double farM, double[] previous, double[] current, double[] next, uint hiddenBody)
        {
            Name = name;
            Width = width;
            Height = height;
            Fx = fx;
            Fy = fy;
            Cx = cx;
            Cy = cy;
            NearM = nearM;
            FarM = farM;
            Previous = previous;
            Current = current;
            Next = next;
            HiddenBody = hiddenBody;
        }
    }
}
