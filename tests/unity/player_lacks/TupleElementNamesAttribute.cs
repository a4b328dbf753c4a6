namespace System.Runtime.CompilerServices
{
    /// <summary>Keeps the names of a tuple's elements; the player's runtime is too old to have it.</summary>
    [AttributeUsage(
        AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Property |
        AttributeTargets.ReturnValue | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Event)]
    internal sealed class TupleElementNamesAttribute : Attribute
    {
        /// <summary>Takes the names.</summary>
        public TupleElementNamesAttribute(string[] transformNames) => TransformNames = transformNames;

        /// <summary>The names; null for an element without one.</summary>
        public System.Collections.Generic.IList<string> TransformNames { get; }
    }
}
