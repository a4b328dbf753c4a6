using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace NUnit.Framework
{
    /// <summary>Runs all tests of an assembly.</summary>
    public static class Runner
    {
        /// <summary>Returns "name\tpassed" or "name\twhy not" for each test.</summary>
        public static string[] Run(string path)
        {
            var lines = new List<string>();
            foreach (Type type in Assembly.LoadFrom(path).GetTypes().OrderBy(type => type.FullName))
            {
                foreach (MethodInfo method in type.GetMethods().OrderBy(method => method.Name))
                {
                    foreach (object[] arguments in Cases(type, method))
                    {
                        string words = string.Join(", ", arguments.Select(Words.Of));
                        lines.Add($"{type.Name}.{method.Name}({words})\t{Try(type, method, arguments)}");
                    }
                }
            }
            return lines.ToArray();
        }

        private static IEnumerable<object[]> Cases(Type type, MethodInfo method)
        {
            if (method.GetCustomAttribute<TestAttribute>() != null)
            {
                yield return new object[0];
            }
            foreach (TestCaseAttribute one in method.GetCustomAttributes<TestCaseAttribute>())
            {
                yield return Fitting(method, one.Arguments);
            }
            foreach (TestCaseSourceAttribute source in method.GetCustomAttributes<TestCaseSourceAttribute>())
            {
                foreach (object item in Source(type, source.SourceName))
                {
                    yield return item as object[] ?? new[] { item };
                }
            }
        }

        private static object[] Fitting(MethodInfo method, object[] given) =>
            given.Zip(method.GetParameters(), (value, parameter) =>
                value is IConvertible && !parameter.ParameterType.IsEnum && parameter.ParameterType != typeof(object)
                    ? Convert.ChangeType(value, parameter.ParameterType)
                    : value).ToArray();

        private static IEnumerable Source(Type type, string name)
        {
            const BindingFlags All = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            object found = type.GetField(name, All)?.GetValue(null) ??
                type.GetProperty(name, All)?.GetValue(null) ??
                type.GetMethod(name, All)?.Invoke(null, null);
            return (IEnumerable)found ?? throw new MissingMemberException(type.Name, name);
        }

        private static string Try(Type type, MethodInfo method, object[] arguments)
        {
            try
            {
                object fixture = method.IsStatic ? null : Activator.CreateInstance(type);
                Call<SetUpAttribute>(type, fixture);
                method.Invoke(fixture, arguments);
                Call<TearDownAttribute>(type, fixture);
                return "passed";
            }
            catch (Exception error)
            {
                Exception cause = error is TargetInvocationException ? error.InnerException : error;
                return $"{cause.GetType().Name}: {cause.Message}".Replace('\n', ' ').Replace('\t', ' ');
            }
        }

        private static void Call<TAttribute>(Type type, object fixture)
            where TAttribute : Attribute
        {
            foreach (MethodInfo method in type.GetMethods().Where(m => m.GetCustomAttribute<TAttribute>() != null))
            {
                method.Invoke(fixture, null);
            }
        }
    }
}
