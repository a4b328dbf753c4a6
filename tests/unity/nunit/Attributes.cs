using System;

namespace NUnit.Framework
{
    /// <summary>Marks a class with tests.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class TestFixtureAttribute : Attribute
    {
    }

    /// <summary>Marks a test without arguments.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    /// <summary>Marks what is done before each test.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetUpAttribute : Attribute
    {
    }

    /// <summary>Marks what is done after each test.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TearDownAttribute : Attribute
    {
    }

    /// <summary>Marks a test, and gives it arguments.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        /// <summary>Takes the arguments.</summary>
        public TestCaseAttribute(params object[] arguments) => Arguments = arguments ?? new object[] { null };

        /// <summary>Of one run.</summary>
        public object[] Arguments { get; }
    }

    /// <summary>Marks a test, and names what gives it arguments.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseSourceAttribute : Attribute
    {
        /// <summary>Takes the name of a static member of the class.</summary>
        public TestCaseSourceAttribute(string sourceName) => SourceName = sourceName;

        /// <summary>The member.</summary>
        public string SourceName { get; }
    }
}
