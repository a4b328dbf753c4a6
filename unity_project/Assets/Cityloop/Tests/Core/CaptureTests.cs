#nullable enable
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class CaptureTests
    {
        private static readonly Pass[] AllPasses =
        {
            Pass.Rgb, Pass.Depth, Pass.Instance, Pass.Semantic, Pass.FlowBackward, Pass.FlowForward, Pass.Normal,
            Pass.Velocity, Pass.DepthChangeBackward, Pass.DepthChangeForward,
        };

        [Test]
        public void PassesLieWhereTheirImagesAreReadTo()
        {
            List<PassLayout> layouts = PassLayouts.Layouts(5, 3, AllPasses);
            // 15 pixels: 60, 60, 60 and 15 bytes, then three times 240; each image starts at a multiple of 64.
            ulong[] offsets = { 0, 64, 128, 192, 256, 264, 512, 768, 524, 780 };
            Assert.That(layouts.Select(layout => layout.Offset).ToArray(), Is.EqualTo(offsets));
            Assert.That(PassLayouts.FrameSize(5, 3, AllPasses), Is.EqualTo(1024L));
            Assert.That(layouts[0].Shape.ToArray(), Is.EqualTo(new uint[] { 3, 5, 3 }));
            Assert.That(layouts[0].Strides.ToArray(), Is.EqualTo(new uint[] { 20, 4, 1 }));
            Assert.That(layouts[3].Shape.ToArray(), Is.EqualTo(new uint[] { 3, 5 }));
            Assert.That(layouts[3].Strides.ToArray(), Is.EqualTo(new uint[] { 5, 1 }));
            Assert.That(layouts[5].Strides.ToArray(), Is.EqualTo(new uint[] { 80, 16, 4 }));
            Assert.That(layouts[8].Shape.ToArray(), Is.EqualTo(new uint[] { 3, 5 }));
            Assert.That(layouts[8].Strides.ToArray(), Is.EqualTo(new uint[] { 80, 16 }));
        }

        [Test]
        public void ACaptureIsDrawnAtOnceAndDescribed()
        {
            var drawn = new RecordedRendering();
            var request = new CaptureRequest { Cameras = { CameraOf("left"), CameraOf("right") }, Passes = { AllPasses } };
            StreamedFrames? memory = null;
            CaptureHeader header = new CaptureRequests(drawn).Draw(
                request, Rows.Instants(Tables.Rows("cameras.json", "parts").First()),
                size => memory = new StreamedFrames(size));
            Assert.That(drawn.Views.Select(view => view.Name).ToArray(), Is.EqualTo(new[] { "left", "right" }));
            Assert.That(header.Size, Is.EqualTo((ulong)memory!.Bytes.Length));
            Assert.That(header.Cameras[1].Passes[0].Offset, Is.EqualTo((ulong)drawn.Starts[1]));
            Assert.That(header.Cameras[1].Triangles, Is.EqualTo(11UL));
            Assert.That(header.Cameras[0].WorldFromCamera.Rotation.W, Is.EqualTo(1.0).Within(1e-12));
            Assert.That(memory.Chunks.Sum(chunk => chunk.Count), Is.EqualTo(memory.Bytes.Length));
            Assert.That(header.Cameras[0].Silhouettes.Count, Is.EqualTo(0));
            request.Silhouettes = true;
            header = new CaptureRequests(drawn).Draw(
                request, Rows.Instants(Tables.Rows("cameras.json", "parts").First()), size => new StreamedFrames(size));
            Assert.That(header.Cameras[1].Silhouettes.Single().InstanceId, Is.EqualTo(7u));
        }

        [Test]
        public void NonsenseIsRefusedInASentence()
        {
            Refuses("A capture names no pass: give at least one.", new CaptureRequest());
            Refuses("A capture names no camera: give at least one.", new CaptureRequest { Passes = { Pass.Rgb } });
            Refuses(
                "A capture names a pass twice: give each once.",
                new CaptureRequest { Passes = { Pass.Rgb, Pass.Rgb }, Cameras = { CameraOf("a") } });
            Refuses(
                "A capture asks for pass 99, which this engine does not draw.",
                new CaptureRequest { Passes = { (Pass)99 }, Cameras = { CameraOf("a") } });
            Refuses(
                "Two cameras of a capture share a name in ['a', 'a']: give each its own.",
                new CaptureRequest { Passes = { Pass.Rgb }, Cameras = { CameraOf("a"), CameraOf("a") } });
            Camera wide = CameraOf("a"), blind = CameraOf("a"), lost = CameraOf("a");
            wide.Width = 0;
            blind.FarM = 0.01;
            lost.Body = 99;
            Refuses("Camera 'a' has a width of 0 pixels: it must be 1 to 16384.", One(wide));
            Refuses("Camera 'a' sees from 0.1 to 0.01 m: far must be beyond near.", One(blind));
            Refuses("Camera 'a' is mounted on body 99, which is not there at the drawn tick 0.", One(lost));
        }

        private static CaptureRequest One(Camera camera) =>
            new CaptureRequest { Passes = { Pass.Rgb }, Cameras = { camera } };

        private static Camera CameraOf(string name) => new Camera
        {
            Name = name,
            Width = 5,
            Height = 3,
            Fx = 4,
            Fy = 4,
            Cx = 2.5,
            Cy = 1.5,
            NearM = 0.1,
            FarM = 100,
            Mount = new Pose { Position = new Vector3(), Rotation = new Quaternion { W = 1 } },
        };

        private static void Refuses(string sentence, CaptureRequest request)
        {
            ThreeInstants instants = Rows.Instants(Tables.Rows("cameras.json", "parts").First());
            var captures = new CaptureRequests(new RecordedRendering());
            Refusal refusal = Assert.Throws<Refusal>(
                () => captures.Draw(request, instants, size => new StreamedFrames(size)))!;
            Assert.That(refusal.Sentence, Is.EqualTo(sentence));
        }

        private sealed class RecordedRendering : IRendering
        {
            public IReadOnlyList<CameraView> Views { get; private set; } = new CameraView[0];

            public IReadOnlyList<long> Starts { get; private set; } = new long[0];

            public string Description => "recorded";

            public void Reset()
            {
            }

            public void AddTexture(Texture texture)
            {
            }

            public void AddMaterial(Material material)
            {
            }

            public void AddMesh(Mesh mesh)
            {
            }

            public int[] AddPrototype(Prototype prototype) => new int[prototype.Parts.Count];

            public void SetEnvironment(Environment environment)
            {
            }

            public void Show(Instances instances)
            {
            }

            public DrawResult Draw(
                IReadOnlyList<CameraView> views, Instances instances, IReadOnlyList<Pass> passes, double afterDtS,
                IReadOnlyList<long> starts, IFrameMemory memory, bool silhouettes)
            {
                Views = views;
                Starts = starts;
                var alone = views.Select(_ => new Silhouette[silhouettes ? 1 : 0]).ToArray();
                foreach (var list in alone.Where(list => list.Length > 0))
                {
                    list[0] = new Silhouette { InstanceId = 7 };
                }
                return new DrawResult(views.Select((_, i) => 10L + i).ToArray(), alone, 0.1, 0.2);
            }
        }
    }
}
