#nullable enable
using System;
using System.Text.RegularExpressions;

// The part of the Unity Test Framework (1.4) that Tests/Runtime uses, by its documentation.
namespace UnityEngine.TestTools
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class UnityTestAttribute : Attribute
    {
    }

    public static class LogAssert
    {
        public static void Expect(LogType type, Regex message) => throw new NotSupportedException();
    }
}
