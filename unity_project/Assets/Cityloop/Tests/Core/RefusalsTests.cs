#nullable enable
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    /// <summary>What is refused is refused in the words of the embedded engine, of which there is a table.</summary>
    [TestFixture]
    public sealed class RefusalsTests
    {
        private const string File = "refusals.json";

        [Test]
        public void EveryRequestOfTheTableIsRefusedInItsWords()
        {
            List<byte[]> scene = Messages(Tables.Rows(File, "scene"), EngineMethods.LoadScene);
            var engine = new RequestHandler(
                new FakePhysics(), new NullRendering(), new EngineSettings("1.0.0", string.Empty, false));
            string token = Open(engine);
            Assert.That(engine.Handle(EngineMethods.LoadScene, token, scene).Code, Is.EqualTo(StatusCode.Ok));
            List<byte[]> bodies = Messages(new[] { Tables.Object(File, "bodies") }, EngineMethods.Spawn);
            Assert.That(engine.Handle(EngineMethods.Spawn, token, bodies).Code, Is.EqualTo(StatusCode.Ok));
            int refused = 0;
            foreach (Struct row in Tables.Rows(File, "refusals"))
            {
                string method = row.Text("method"), sentence = row.Text("sentence");
                List<byte[]> messages = Messages(
                    row.Fields["requests"].ListValue.Values.Select(value => value.StructValue), method);
                if (row.Fields.ContainsKey("after_the_scene") && row.Fields["after_the_scene"].BoolValue)
                {
                    messages.InsertRange(0, scene);
                }
                Reply reply = engine.Handle(method, token, messages);
                Assert.That(reply.Sentence, Is.EqualTo(sentence), method);
                Assert.That(NameOf(reply.Code), Is.EqualTo(row.Text("code")), sentence);
                refused++;
            }
            Assert.That(refused, Is.GreaterThan(100));
        }

        private static string Open(RequestHandler engine)
        {
            byte[] request = new HandshakeRequest { ProtocolMajor = 2 }.ToByteArray();
            Reply reply = engine.Handle(EngineMethods.Handshake, string.Empty, new[] { request });
            return HandshakeResponse.Parser.ParseFrom(reply.Messages[0]).SessionToken;
        }

        private static List<byte[]> Messages(IEnumerable<Struct> rows, string method)
        {
            MessageDescriptor type =
                EngineReflection.Descriptor.MessageTypes.Single(message => message.Name == method + "Request");
            return rows.Select(
                row => JsonParser.Default.Parse(JsonFormatter.Default.Format(row), type).ToByteArray()).ToList();
        }

        // As gRPC's Python names it.
        private static string NameOf(StatusCode code) =>
            string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString()))
                .ToUpperInvariant();
    }
}
