#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Checks what a Capture asks for, has it drawn at one instant and describes the pictures.</summary>
    public sealed class CaptureRequests
    {
        private const uint LargestImage = 16384; // pixels, the least that current graphics cards allow

        // Cameras start at multiples of this many bytes, so that every row of numbers is aligned.
        private const long Alignment = 64;

        private readonly InstanceBuilder _builder = new InstanceBuilder();
        private readonly IRendering _rendering;

        /// <summary>Takes what draws.</summary>
        public CaptureRequests(IRendering rendering) => _rendering = rendering;

        /// <summary>Has everything put where it is, for who watches.</summary>
        public void Show(ThreeInstants instants) => _rendering.Show(_builder.Build(instants));

        /// <summary>Draws the tick before the newest; returns the header without the slot's offset.</summary>
        /// <param name="request">Cameras and passes.</param>
        /// <param name="instants">What stands there.</param>
        /// <param name="allocate">Returns that many writable bytes for all cameras together.</param>
        /// <exception cref="Refusal">If the request makes no sense, or there is no room.</exception>
        public CaptureHeader Draw(
            CaptureRequest request, ThreeInstants instants, Func<long, IFrameMemory> allocate)
        {
            CheckPasses(request.Passes);
            CheckNames(request.Cameras);
            var views = request.Cameras.Select(camera => View(camera, instants)).ToList();
            var starts = new List<long>();
            long size = 0;
            foreach (CameraView view in views)
            {
                starts.Add(size);
                long bytes = PassLayouts.FrameSize(view.Width, view.Height, request.Passes);
                size += (bytes + Alignment - 1) / Alignment * Alignment;
            }
            IFrameMemory memory = allocate(size);
            DrawResult result = _rendering.Draw(
                views, _builder.Build(instants), request.Passes, instants.AfterDtS, starts, memory,
                request.Silhouettes);
            var header = new CaptureHeader
            {
                Tick = instants.Drawn.Tick,
                TimeS = instants.Drawn.TimeS,
                Size = (ulong)size,
                DrawS = result.DrawS,
                ReadS = result.ReadS,
            };
            for (int i = 0; i < views.Count; i++)
            {
                CameraFrame frame = Describe(views[i], request.Passes, starts[i], result.Triangles[i]);
                if (request.Silhouettes)
                {
                    frame.Silhouettes.AddRange(result.Silhouettes[i]);
                }
                header.Cameras.Add(frame);
            }
            return header;
        }

        /// <summary>Returns a checked camera at the three instants.</summary>
        /// <exception cref="Refusal">If no world can hold it.</exception>
        public static CameraView View(Camera camera, ThreeInstants instants)
        {
            string what = $"Camera {Words.Quoted(camera.Name)}";
            if (camera.Name.Length == 0)
            {
                throw Refusal.Invalid("A camera has no name: give it one that is unique in the capture.");
            }
            CheckSide(what, "width", camera.Width);
            CheckSide(what, "height", camera.Height);
            Decode.Positive(camera.Fx, $"{what}: fx");
            Decode.Positive(camera.Fy, $"{what}: fy");
            if (!Numbers.IsFinite(camera.Cx) || !Numbers.IsFinite(camera.Cy))
            {
                throw Refusal.Invalid(
                    $"{what} has the principal point ({Words.Full(camera.Cx)}, {Words.Full(camera.Cy)}): give finite numbers.");
            }
            Decode.Positive(camera.NearM, $"{what}: near_m");
            if (!(camera.NearM < camera.FarM && camera.FarM < double.PositiveInfinity))
            {
                throw Refusal.Invalid(
                    $"{what} sees from {Words.Short(camera.NearM)} to {Words.Short(camera.FarM)} m: far must be beyond near.");
            }
            double[] mount = Rigid.Of(
                Decode.Vector<BodyFrame>(camera.Mount?.Position, $"The mount of {what}"),
                Decode.Rotation<BodyFrame>(camera.Mount?.Rotation, $"The mount of {what}"));
            double[][] poses = HostPoses(camera.Body, instants, what)
                .Select(host => Rigid.Compose(host, mount)).ToArray();
            return new CameraView(
                camera.Name, (int)camera.Width, (int)camera.Height, camera.Fx, camera.Fy, camera.Cx, camera.Cy,
                camera.NearM, camera.FarM, poses[0], poses[1], poses[2], camera.HideHost ? camera.Body : 0);
        }

        private static void CheckPasses(IReadOnlyList<Pass> passes)
        {
            if (passes.Count == 0)
            {
                throw Refusal.Invalid("A capture names no pass: give at least one.");
            }
            foreach (Pass pass in passes)
            {
                if (pass == Pass.Unspecified || !Enum.IsDefined(typeof(Pass), pass))
                {
                    throw Refusal.Invalid($"A capture asks for pass {(int)pass}, which this engine does not draw.");
                }
            }
            if (passes.Distinct().Count() != passes.Count)
            {
                throw Refusal.Invalid("A capture names a pass twice: give each once.");
            }
        }

        private static void CheckNames(IReadOnlyList<Camera> cameras)
        {
            if (cameras.Count == 0)
            {
                throw Refusal.Invalid("A capture names no camera: give at least one.");
            }
            if (cameras.Select(camera => camera.Name).Distinct().Count() != cameras.Count)
            {
                string names = string.Join(", ", cameras.Select(camera => Words.Quoted(camera.Name)));
                throw Refusal.Invalid($"Two cameras of a capture share a name in [{names}]: give each its own.");
            }
        }

        private static void CheckSide(string what, string side, uint pixels)
        {
            if (pixels < 1 || pixels > LargestImage)
            {
                throw Refusal.Invalid($"{what} has a {side} of {pixels} pixels: it must be 1 to {LargestImage}.");
            }
        }

        /// <summary>Returns world-from-body of a camera's body at the three instants; the world's for body 0.</summary>
        private static double[][] HostPoses(uint body, ThreeInstants instants, string what)
        {
            Snapshot drawn = instants.Drawn;
            if (body == 0)
            {
                double[] world = Rigid.Of(default(Vec3<WorldFrame>), Quat<WorldFrame>.Identity);
                return new[] { world, world, world };
            }
            int row = drawn.Cast.RowOf(body);
            if (row >= 0)
            {
                return new[] { instants.Before, drawn.Motions, instants.After }
                    .Select(motions => motions.At(row))
                    .Select(motion => Rigid.Of(motion.Position, motion.Rotation)).ToArray();
            }
            row = drawn.Statics.RowOf(body);
            if (row >= 0)
            {
                double[] p = drawn.StaticPosition, q = drawn.StaticQuaternion;
                double[] pose = Rigid.Of(
                    new Vec3<WorldFrame>(p[row * 3], p[row * 3 + 1], p[row * 3 + 2]),
                    new Quat<WorldFrame>(q[row * 4], q[row * 4 + 1], q[row * 4 + 2], q[row * 4 + 3]));
                return new[] { pose, pose, pose };
            }
            throw Refusal.NotFound(
                $"{what} is mounted on body {body}, which is not there at the drawn tick {drawn.Tick}.");
        }

        private static CameraFrame Describe(CameraView view, IReadOnlyList<Pass> passes, long start, long triangles)
        {
            var position = Rigid.Position<WorldFrame>(view.Current);
            var rotation = Rigid.Rotation<WorldFrame>(view.Current);
            var frame = new CameraFrame
            {
                Camera = view.Name,
                Triangles = (ulong)triangles,
                WorldFromCamera = new Pose
                {
                    Position = new Vector3 { X = position.X, Y = position.Y, Z = position.Z },
                    Rotation = new Quaternion { X = rotation.X, Y = rotation.Y, Z = rotation.Z, W = rotation.W },
                },
            };
            foreach (PassLayout layout in PassLayouts.Layouts(view.Width, view.Height, passes))
            {
                layout.Offset += (ulong)start;
                frame.Passes.Add(layout);
            }
            return frame;
        }
    }
}
