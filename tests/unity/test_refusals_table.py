"""The table of refusals that the C# engine is held to: the embedded engine says the same."""

import json
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format

from cityloop.engine.process import EngineProcess
from cityloop.protocol import engine_pb2, engine_pb2_grpc

TABLE = json.loads(Path(__file__).with_name("refusals.json").read_text("utf-8"))
SCENE = [json_format.ParseDict(item, engine_pb2.LoadSceneRequest()) for item in TABLE["scene"]]
BODIES = json_format.ParseDict(TABLE["bodies"], engine_pb2.SpawnRequest())


class Session:
    """The bare calls of one session; what is refused raises."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(address)
        self._stub = engine_pb2_grpc.EngineServiceStub(self._channel)
        answer = self._stub.Handshake(engine_pb2.HandshakeRequest(protocol_major=2))
        self._metadata = (("cityloop-session", answer.session_token),)

    def call(self, method, requests):
        call = getattr(self._stub, method)
        streamed = method == "LoadScene"
        answer = call(iter(requests) if streamed else requests[0], metadata=self._metadata)
        return list(answer) if method == "Capture" else answer

    def close(self):
        self._channel.close()


@pytest.fixture(scope="module")
def address():
    process = EngineProcess(deadline_s=60.0)
    yield process.address
    process.stop()


@pytest.fixture(scope="module")
def session(address):
    opened = Session(address)
    opened.call("LoadScene", SCENE)
    opened.call("Spawn", [BODIES])
    yield opened
    opened.close()


def requests_of(case):
    kind = getattr(engine_pb2, f"{case['method']}Request")
    messages = [json_format.ParseDict(request, kind()) for request in case["requests"]]
    return [*SCENE, *messages] if case.get("after_the_scene") else messages


# What loads a scene comes last: it leaves an empty one.
@pytest.mark.parametrize("case", TABLE["refusals"], ids=lambda case: case["sentence"][:60])
def test_the_embedded_engine_refuses_in_the_words_of_the_table(session, case):
    with pytest.raises(grpc.RpcError) as refused:
        session.call(case["method"], requests_of(case))
    assert (refused.value.code().name, refused.value.details()) == (case["code"], case["sentence"])
