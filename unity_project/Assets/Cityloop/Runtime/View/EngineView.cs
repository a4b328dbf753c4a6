#nullable enable
namespace Cityloop.Runtime
{
    /// <summary>What people see of a running engine: a camera that follows the traffic, with labels.</summary>
    public static class EngineView
    {
        /// <summary>Adds the camera to an engine; it shows what the client does, from the next call on.</summary>
        public static FollowCamera Begin(EngineHost host)
        {
            var traffic = new TrafficWatch();
            host.Wrap(traffic.Around);
            return FollowCamera.Begin(traffic);
        }
    }
}
