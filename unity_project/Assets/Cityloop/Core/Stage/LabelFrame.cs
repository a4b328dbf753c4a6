#nullable enable
namespace Cityloop.Core
{
    /// <summary>How a graphics API keeps pictures and depths.</summary>
    public readonly struct TargetConvention
    {
        /// <summary>The upper end of clip space is the first row in memory.</summary>
        public readonly bool UpperRowFirst;

        /// <summary>Depth runs from 1 at the near to 0 at the far plane; else from -1 to 1.</summary>
        public readonly bool ReversedDepth;

        public TargetConvention(bool upperRowFirst, bool reversedDepth)
        {
            UpperRowFirst = upperRowFirst;
            ReversedDepth = reversedDepth;
        }
    }

    /// <summary>The camera as the label shaders know it; names as in CityloopLabelPass.hlsl.</summary>
    public sealed class LabelFrame
    {
        /// <summary>fx, fy, cx, cy; pixels.</summary>
        public readonly float[] Intrinsics;

        /// <summary>Width, height and their inverses; pixels.</summary>
        public readonly float[] Image;

        /// <summary>Clip z = x * depth + y; 1 or -1 for the upper row first or last in memory; 1 / (2 dt),
        /// 1/s.</summary>
        public readonly float[] Range;

        /// <summary>Clip z / w of the far plane; 0; 0; 0.</summary>
        public readonly float[] Far;

        /// <summary>Turns of the camera, 3 rows of 4.</summary>
        public readonly float[] PreviousFromCurrent, NextFromCurrent;

        /// <summary>Camera frame to world axes, origin at the current camera centre; 3 rows of 4, m.</summary>
        public readonly float[] WorldFromPrevious, WorldFromNext;

        public LabelFrame(CameraView view, double dtS, TargetConvention convention)
        {
            double near = view.NearM, far = view.FarM;
            Intrinsics = new[] { (float)view.Fx, (float)view.Fy, (float)view.Cx, (float)view.Cy };
            Image = new[] { view.Width, (float)view.Height, 1.0f / view.Width, 1.0f / view.Height };
            double slope = convention.ReversedDepth ? -near / (far - near) : (far + near) / (far - near);
            double start = convention.ReversedDepth ? far * near / (far - near) : -2 * far * near / (far - near);
            Range = new[]
            {
                (float)slope, (float)start, convention.UpperRowFirst ? 1f : -1f, (float)(0.5 / dtS),
            };
            Far = new[] { convention.ReversedDepth ? 0f : 1f, 0f, 0f, 0f };
            PreviousFromCurrent = Turn(view.Previous, view.Current);
            NextFromCurrent = Turn(view.Next, view.Current);
            WorldFromPrevious = Moved(view.Previous, view.Current);
            WorldFromNext = Moved(view.Next, view.Current);
        }

        /// <summary>Returns other-from-current; exactly the identity for a camera that did not turn.</summary>
        private static float[] Turn(double[] other, double[] current)
        {
            var rows = new float[12];
            bool same = true;
            for (int i = 0; i < 12; i++)
            {
                same &= other[i] == current[i];
            }
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 3; j++)
                {
                    double sum = other[i] * current[j] + other[4 + i] * current[4 + j] + other[8 + i] * current[8 + j];
                    rows[i * 4 + j] = same ? (i == j ? 1f : 0f) : (float)sum;
                }
            }
            return rows;
        }

        private static float[] Moved(double[] other, double[] current)
        {
            var rows = new float[12];
            for (int i = 0; i < 12; i++)
            {
                rows[i] = (float)(i % 4 == 3 ? other[i] - current[i] : other[i]);
            }
            return rows;
        }
    }
}
