#nullable enable

namespace Cityloop.Runtime
{
    /// <summary>Something that has objects in Unity's physics.</summary>
    internal interface IMade
    {
        /// <summary>Puts it where nothing meets it, until it is destroyed.</summary>
        void Hide();

        /// <summary>Takes its objects out of the world, the last one first.</summary>
        void Destroy();
    }
}
