#nullable enable
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cityloop.Core.Tests
{
    /// <summary>The tables of tests/unity, which the Python tests read too.</summary>
    internal static class Tables
    {
        /// <summary>Returns the rows of a table.</summary>
        public static IEnumerable<Struct> Rows(string file, string list)
        {
            foreach (Value row in Read(file).Fields[list].ListValue.Values)
            {
                yield return row.StructValue;
            }
        }

        /// <summary>Returns an object of a table.</summary>
        public static Struct Object(string file, string name) => Read(file).Fields[name].StructValue;

        /// <summary>Returns a list of numbers.</summary>
        public static double[] Numbers(this Struct row, string name)
        {
            IList<Value> values = row.Fields[name].ListValue.Values;
            var numbers = new double[values.Count];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = values[i].NumberValue;
            }
            return numbers;
        }

        /// <summary>Returns a number.</summary>
        public static double Number(this Struct row, string name) => row.Fields[name].NumberValue;

        /// <summary>Returns a text.</summary>
        public static string Text(this Struct row, string name) => row.Fields[name].StringValue;

        /// <summary>Returns an object within.</summary>
        public static Struct Inner(this Struct row, string name) => row.Fields[name].StructValue;

        private static Struct Read(string file) => JsonParser.Default.Parse<Struct>(File.ReadAllText(Find(file)));

        // From where tests are run, or from where this file was compiled.
        private static string Find(string file, [CallerFilePath] string source = "")
        {
            foreach (string start in new[] { Directory.GetCurrentDirectory(), Path.GetFullPath(source) })
            {
                for (DirectoryInfo? at = new DirectoryInfo(start); at != null; at = at.Parent)
                {
                    string path = Path.Combine(at.FullName, "tests", "unity", file);
                    if (File.Exists(path))
                    {
                        return path;
                    }
                }
            }
            throw new FileNotFoundException($"There is no tests/unity/{file} above the working directory.");
        }
    }
}
