using System;
using System.Collections;
using System.Collections.Generic;

namespace NUnit.Framework
{
    /// <summary>What a value is expected to be.</summary>
    public class Constraint
    {
        private readonly Func<object, Constraint, bool> holds;
        private readonly string words;
        private double within;

        /// <summary>Takes what has to hold, and words for it.</summary>
        public Constraint(Func<object, Constraint, bool> holds, string words)
        {
            this.holds = holds;
            this.words = words;
        }

        /// <summary>How far numbers may be off.</summary>
        public double Tolerance => within;

        public Constraint And => this;

        public Constraint Within(double amount)
        {
            within = amount;
            return this;
        }

        public Constraint AsCollection => this;

        public virtual bool Holds(object actual) => holds(actual, this);

        public override string ToString() => within > 0 ? $"{words} within {within}" : words;
    }

    /// <summary>Constraints on a value.</summary>
    public static class Is
    {
        public static Constraint True => EqualTo(true);

        public static Constraint False => EqualTo(false);

        public static Constraint Null => new Constraint((a, _) => a is null, "null");

        public static Constraint Empty => new Constraint((a, _) => Equality.Count(a) == 0, "nothing");

        public static Constraint NaN => new Constraint((a, _) => double.IsNaN(Convert.ToDouble(a)), "NaN");

        public static Constraint Zero => EqualTo(0);

        public static Negation Not => new Negation();

        public static Constraint EqualTo(object expected) =>
            new Constraint((a, c) => Equality.Same(a, expected, c.Tolerance), Words.Of(expected));

        public static Constraint SameAs(object expected) =>
            new Constraint((a, _) => ReferenceEquals(a, expected), "the same " + Words.Of(expected));

        public static Constraint EquivalentTo(IEnumerable expected) =>
            new Constraint((a, c) => Equality.Equivalent((IEnumerable)a, expected, c.Tolerance), Words.Of(expected));

        public static Constraint GreaterThan(object bound) => Ordered(bound, d => d > 0, "more than ");

        public static Constraint GreaterThanOrEqualTo(object bound) => Ordered(bound, d => d >= 0, "at least ");

        public static Constraint AtLeast(object bound) => GreaterThanOrEqualTo(bound);

        public static Constraint LessThan(object bound) => Ordered(bound, d => d < 0, "less than ");

        public static Constraint LessThanOrEqualTo(object bound) => Ordered(bound, d => d <= 0, "at most ");

        public static Constraint AtMost(object bound) => LessThanOrEqualTo(bound);

        public static Constraint InRange(object low, object high) =>
            new Constraint(
                (a, _) => Equality.Compare(a, low) >= 0 && Equality.Compare(a, high) <= 0, $"{low} to {high}");

        public static Constraint InstanceOf<T>() => new Constraint((a, _) => a is T, typeof(T).Name);

        public static Constraint TypeOf<T>() => new Constraint((a, _) => a?.GetType() == typeof(T), typeof(T).Name);

        private static Constraint Ordered(object bound, Func<int, bool> holds, string words) =>
            new Constraint((a, _) => holds(Equality.Compare(a, bound)), words + bound);
    }

    /// <summary>Constraints that must not hold.</summary>
    public sealed class Negation
    {
        public Constraint Null => Opposite(Is.Null);

        public Constraint Empty => Opposite(Is.Empty);

        public Constraint EqualTo(object expected) => Opposite(Is.EqualTo(expected));

        public Constraint SameAs(object expected) => Opposite(Is.SameAs(expected));

        private static Constraint Opposite(Constraint one) =>
            new Constraint((a, _) => !one.Holds(a), "not " + one);
    }

    /// <summary>Constraints on text.</summary>
    public static class Does
    {
        public static Constraint Contain(object part) =>
            new Constraint(
                (a, _) => a is string text ? text.Contains((string)part) : Equality.Has((IEnumerable)a, part),
                "something with " + Words.Of(part));

        public static Constraint StartWith(string part) =>
            new Constraint((a, _) => ((string)a).StartsWith(part, StringComparison.Ordinal), $"\"{part}...\"");

        public static Constraint EndWith(string part) =>
            new Constraint((a, _) => ((string)a).EndsWith(part, StringComparison.Ordinal), $"\"...{part}\"");
    }

    /// <summary>Constraints on what a collection holds.</summary>
    public static class Has
    {
        public static Counted Count => new Counted();

        public static Counted Length => new Counted();
    }

    /// <summary>Constraints on a count.</summary>
    public sealed class Counted
    {
        public Constraint EqualTo(int expected) =>
            new Constraint((a, _) => Equality.Count(a) == expected, expected + " items");
    }

    /// <summary>Constraints on what is thrown.</summary>
    public static class Throws
    {
        public static Constraint TypeOf<T>()
            where T : Exception => new Constraint((a, _) => Thrown((TestDelegate)a)?.GetType() == typeof(T), typeof(T).Name);

        public static Constraint InstanceOf<T>()
            where T : Exception => new Constraint((a, _) => Thrown((TestDelegate)a) is T, typeof(T).Name);

        public static Constraint Nothing => new Constraint((a, _) => Thrown((TestDelegate)a) is null, "no exception");

        private static Exception Thrown(TestDelegate code)
        {
            try
            {
                code();
                return null;
            }
            catch (Exception error)
            {
                return error;
            }
        }
    }

    /// <summary>How values are compared.</summary>
    internal static class Equality
    {
        public static bool Same(object one, object other, double within)
        {
            if (one is null || other is null)
            {
                return one is null && other is null;
            }
            if (IsNumber(one) && IsNumber(other))
            {
                double a = Convert.ToDouble(one), b = Convert.ToDouble(other);
                return a.Equals(b) || a == b || Math.Abs(a - b) <= within;
            }
            if (one is IEnumerable these && other is IEnumerable those && !(one is string))
            {
                return SameOrder(these, those, within);
            }
            return one.Equals(other);
        }

        public static bool Equivalent(IEnumerable one, IEnumerable other, double within)
        {
            var left = new List<object>();
            foreach (object item in other)
            {
                left.Add(item);
            }
            foreach (object item in one)
            {
                int at = left.FindIndex(known => Same(item, known, within));
                if (at < 0)
                {
                    return false;
                }
                left.RemoveAt(at);
            }
            return left.Count == 0;
        }

        public static bool Has(IEnumerable items, object wanted)
        {
            foreach (object item in items)
            {
                if (Same(item, wanted, 0))
                {
                    return true;
                }
            }
            return false;
        }

        public static int Count(object items)
        {
            int count = 0;
            foreach (object _ in (IEnumerable)items)
            {
                count++;
            }
            return count;
        }

        public static int Compare(object one, object other) =>
            IsNumber(one) && IsNumber(other)
                ? Convert.ToDouble(one).CompareTo(Convert.ToDouble(other))
                : ((IComparable)one).CompareTo(other);

        private static bool SameOrder(IEnumerable one, IEnumerable other, double within)
        {
            IEnumerator these = one.GetEnumerator(), those = other.GetEnumerator();
            while (these.MoveNext())
            {
                if (!those.MoveNext() || !Same(these.Current, those.Current, within))
                {
                    return false;
                }
            }
            return !those.MoveNext();
        }

        private static bool IsNumber(object value) =>
            value is double || value is float || value is int || value is uint || value is long || value is ulong ||
            value is byte || value is short || value is ushort;
    }
}
