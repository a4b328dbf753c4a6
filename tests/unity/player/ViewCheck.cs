#nullable enable
using System;
using System.Globalization;
using System.Linq;
using Cityloop.Core;
using Cityloop.Runtime;
using Cityloop.V1;
using Google.Protobuf;
using UnityEngine;

namespace Cityloop.Player
{
    /// <summary>
    /// Says where the follow camera is after a while behind a body that stands at (100, 50, 0) and looks north, and
    /// where its label is: the log has "cityloop: view: x y z left right width".
    /// </summary>
    public sealed class ViewCheck : MonoBehaviour
    {
        /// <summary>What it is asked for by.</summary>
        public const string Name = "view";

        private const int Frames = 200;

        private readonly TrafficWatch _traffic = new TrafficWatch();
        private UnityEngine.Camera? _camera;
        private int _frame;

        /// <summary>Places the body, and the camera behind it.</summary>
        public static void Start()
        {
            Application.targetFrameRate = 100;
            var check = new GameObject("check").AddComponent<ViewCheck>();
            check.Place();
            check._camera = FollowCamera.Begin(check._traffic).GetComponent<UnityEngine.Camera>();
        }

        private void Place()
        {
            var box = new V1.BoxCollider
            {
                Center = new V1.Vector3 { X = 1, Z = 0.75 },
                HalfExtents = new V1.Vector3 { X = 2.2, Y = 0.9, Z = 0.75 },
            };
            var sedan = new Prototype { Name = "sedan", Colliders = { new V1.Collider { Box = box } } };
            Say(EngineMethods.LoadScene, new LoadSceneRequest { Prototype = sedan }, new LoadSceneResponse());
            var body = new Body { Id = 3, Prototype = "sedan", Kind = BodyKind.Kinematic };
            double half = Math.Sqrt(0.5);
            var motion = new double[] { 100, 50, 0, 0, 0, half, half, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
            var states = new MotionTable
            {
                Ids = ByteString.CopyFrom(BitConverter.GetBytes(body.Id)),
                Motion = ByteString.CopyFrom(motion.SelectMany(BitConverter.GetBytes).ToArray()),
                Kinds = ByteString.CopyFrom((byte)body.Kind),
            };
            Say(EngineMethods.Spawn, new SpawnRequest { Bodies = { body } }, new SpawnResponse { States = states });
        }

        private void Say(string method, IMessage request, IMessage response)
        {
            byte[][] answer = { response.ToByteArray() };
            _traffic.Around((_, _, _) => Reply.Of(answer))(method, "s", new[] { request.ToByteArray() });
        }

        private void Update()
        {
            if (++_frame < Frames)
            {
                return;
            }

            LabelOverlay.InView(_traffic.Leading!, _camera!, out Rect box);
            Vec3<WorldFrame> eye = _camera!.transform.position.World();
            Debug.Log(string.Format(
                CultureInfo.InvariantCulture,
                "cityloop: view: {0} {1} {2} {3} {4} {5}",
                eye.X, eye.Y, eye.Z, box.xMin, box.xMax, Screen.width));
            Application.Quit();
        }
    }
}
