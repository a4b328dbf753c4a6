"""What the engine says when it cannot do as asked."""

import grpc


class RefusalError(Exception):
    """A call cannot be answered: a gRPC status code, and one sentence that says why."""

    def __init__(self, code: grpc.StatusCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def invalid(sentence: str) -> RefusalError:
    """Return a refusal of a request that no state of the engine would make right."""
    return RefusalError(grpc.StatusCode.INVALID_ARGUMENT, sentence)


def not_found(sentence: str) -> RefusalError:
    """Return a refusal of a request that names something that is not there."""
    return RefusalError(grpc.StatusCode.NOT_FOUND, sentence)


def not_now(sentence: str) -> RefusalError:
    """Return a refusal of a request that comes at the wrong moment."""
    return RefusalError(grpc.StatusCode.FAILED_PRECONDITION, sentence)
