#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Experimental.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The ordinary camera that draws the picture, in whichever render pipeline the project uses. In the
    /// built-in one it draws linear radiance, which CityloopFinish.shader makes the picture of; in any other the
    /// pipeline does.
    /// </summary>
    public sealed class CameraRig
    {
        private const int Samples = 4; // of a pixel, in the built-in pipeline

        private readonly Camera _camera;
        private readonly Material? _finish;
        private readonly SizedCache<RenderTexture> _pictures;

        /// <summary>Makes the camera below a transform.</summary>
        public CameraRig(Transform stage, SurfaceShader surfaces)
        {
            var place = new GameObject("Capture camera");
            place.transform.SetParent(stage, false);
            _camera = place.AddComponent<Camera>();
            _camera.enabled = false;
            _camera.clearFlags = CameraClearFlags.Skybox;
            _camera.allowHDR = true;
            _camera.allowMSAA = true;
            _camera.renderingPath = RenderingPath.Forward;
            _finish = surfaces.IsBuiltIn ? Shaders.Make("Cityloop/Finish") : null;
            _pictures = new SizedCache<RenderTexture>(MakePicture, ReleasePicture);
        }

        /// <summary>Releases pictures of sizes that are no longer asked for.</summary>
        public void Trim() => _pictures.Trim();

        /// <summary>Draws a picture, sRGB-encoded RGBA, lower row first as Unity keeps what cameras draw.</summary>
        public RenderTexture Draw(CameraView view)
        {
            Matrices.Place(_camera, view);
            RenderTexture picture = _pictures.Of(view.Width, view.Height);
            if (_finish == null)
            {
                Render(picture);
                return picture;
            }
            var radiance = RenderTexture.GetTemporary(
                view.Width, view.Height, 24, RenderTextureFormat.ARGBHalf, RenderTextureReadWrite.Linear, Samples);
            Render(radiance);
            Graphics.Blit(radiance, picture, _finish);
            RenderTexture.ReleaseTemporary(radiance);
            return picture;
        }

        /// <summary>Gives back what does not hang on the stage.</summary>
        public void Release()
        {
            _pictures.Clear();
            if (_finish != null)
            {
                Object.Destroy(_finish);
            }
        }

        private void Render(RenderTexture target)
        {
            _camera.targetTexture = target;
            _camera.Render();
            _camera.targetTexture = null;
        }

        private RenderTexture MakePicture(int width, int height)
        {
            // What finishes the picture itself has encoded it already.
            var format = _finish != null ? GraphicsFormat.R8G8B8A8_UNorm : GraphicsFormat.R8G8B8A8_SRGB;
            var picture = new RenderTexture(width, height, format, GraphicsFormat.D32_SFloat)
            {
                name = "Cityloop picture",
                hideFlags = HideFlags.DontSave,
            };
            picture.Create();
            return picture;
        }

        private static void ReleasePicture(RenderTexture picture)
        {
            picture.Release();
            Object.Destroy(picture);
        }
    }
}
#endif
