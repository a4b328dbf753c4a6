using System;
using System.Collections;

namespace NUnit.Framework
{
    /// <summary>Thrown by what does not hold.</summary>
    public sealed class AssertionException : Exception
    {
        /// <summary>Takes a sentence.</summary>
        public AssertionException(string message)
            : base(message)
        {
        }
    }

    /// <summary>A piece of code that is expected to throw.</summary>
    public delegate void TestDelegate();

    /// <summary>What tests claim.</summary>
    public static class Assert
    {
        public static void That(object actual, Constraint expected, string message = "", params object[] args)
        {
            if (!expected.Holds(actual))
            {
                string why = args.Length > 0 ? string.Format(message, args) : message;
                throw new AssertionException(
                    $"{why}{(why.Length > 0 ? ": " : "")}expected {expected}, was {Words.Of(actual)}");
            }
        }

        public static void That(bool condition, string message = "") => That(condition, Is.True, message);

        public static void That(TestDelegate code, Constraint expected, string message = "") =>
            That((object)code, expected, message);

        public static void IsTrue(bool condition, string message = "") => That(condition, Is.True, message);

        public static void IsFalse(bool condition, string message = "") => That(condition, Is.False, message);

        public static void True(bool condition, string message = "") => That(condition, Is.True, message);

        public static void False(bool condition, string message = "") => That(condition, Is.False, message);

        public static void IsNull(object value, string message = "") => That(value, Is.Null, message);

        public static void IsNotNull(object value, string message = "") => That(value, Is.Not.Null, message);

        public static void AreEqual(object expected, object actual, string message = "") =>
            That(actual, Is.EqualTo(expected), message);

        public static void AreEqual(double expected, double actual, double within, string message = "") =>
            That(actual, Is.EqualTo(expected).Within(within), message);

        public static void AreNotEqual(object expected, object actual, string message = "") =>
            That(actual, Is.Not.EqualTo(expected), message);

        public static void Greater(IComparable one, IComparable other, string message = "") =>
            That(one, Is.GreaterThan(other), message);

        public static void Less(IComparable one, IComparable other, string message = "") =>
            That(one, Is.LessThan(other), message);

        public static void Fail(string message = "") => throw new AssertionException(message);

        public static void Ignore(string message = "") => throw new AssertionException("ignored: " + message);

        public static TException Throws<TException>(TestDelegate code)
            where TException : Exception
        {
            try
            {
                code();
            }
            catch (TException error)
            {
                return error;
            }
            throw new AssertionException($"expected {typeof(TException).Name}, nothing was thrown");
        }

        public static void DoesNotThrow(TestDelegate code) => code();
    }

    /// <summary>How values are told.</summary>
    internal static class Words
    {
        public static string Of(object value)
        {
            if (value is string text)
            {
                return $"\"{text}\"";
            }
            if (value is IEnumerable many)
            {
                var parts = new ArrayList();
                foreach (object item in many)
                {
                    parts.Add(Of(item));
                }
                return "[" + string.Join(", ", parts.ToArray()) + "]";
            }
            return value is null ? "null" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
