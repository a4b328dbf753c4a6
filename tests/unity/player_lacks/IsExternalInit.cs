namespace System.Runtime.CompilerServices
{
    /// <summary>Marks init accessors; the player's runtime is too old to have it.</summary>
    internal static class IsExternalInit
    {
    }
}
