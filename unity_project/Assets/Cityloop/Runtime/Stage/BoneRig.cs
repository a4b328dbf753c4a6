#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Transforms that Unity skins a part's picture with. A skinning matrix of the protocol takes the rest
    /// mesh to the posed mesh, so that the bind poses are the identity.
    /// </summary>
    public sealed class BoneRig
    {
        private readonly Transform[] _bones;
        private readonly float[] _unity = new float[12];

        /// <summary>Makes the bones of a part.</summary>
        public BoneRig(Transform part, int count)
        {
            _bones = new Transform[count];
            for (int i = 0; i < count; i++)
            {
                var bone = new GameObject("bone " + i);
                bone.transform.SetParent(part, false);
                _bones[i] = bone.transform;
            }
        }

        /// <summary>Returns the bones that a mesh names, which may be fewer than there are.</summary>
        public Transform[] FirstBones(int count)
        {
            var bones = new Transform[count];
            System.Array.Copy(_bones, bones, count);
            return bones;
        }

        /// <summary>Poses the bones by 3 x 4 body-from-bone matrices, m, from matrix <paramref name="first"/> on.</summary>
        public void Pose(float[] matrices, int first)
        {
            for (int i = 0; i < _bones.Length; i++)
            {
                Frames.MatrixToUnity(matrices, (first + i) * 12, _unity, 0);
                var matrix = Matrices.Of(_unity);
                _bones[i].SetLocalPositionAndRotation(matrix.GetColumn(3), matrix.rotation);
                _bones[i].localScale = matrix.lossyScale;
            }
        }
    }
}
#endif
