"""Holds a running service to the Open Inference Protocol, with nothing but grpcio and stubs generated from its definition.

usage: conformance.py host:port, of a service with a softmax head `iris` of three classes with the labels setosa, versicolor and virginica.
"""

import math
import struct
import sys

import grpc

from inference import open_inference_pb2 as oip
from inference import open_inference_pb2_grpc as oip_grpc

CHECKS = []
LOGITS = [1.0, 2.0, 4.0, 5.0, -1.0, 0.5]


def check(function):
    CHECKS.append(function)
    return function


def softmax(row):
    top = max(row)
    exponentials = [math.exp(x - top) for x in row]
    return [x / sum(exponentials) for x in exponentials]


EXPECTED = softmax(LOGITS[:3]) + softmax(LOGITS[3:])


def request(model="iris", outputs=("scores",), id="request-1"):
    message = oip.ModelInferRequest(model_name=model, id=id)
    message.inputs.add(name="logits", datatype="FP32", shape=[2, 3])
    message.raw_input_contents.append(struct.pack("<6f", *LOGITS))
    for output in outputs:
        message.outputs.add(name=output)
    return message


def floats(raw):
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def texts(raw):
    found = []
    while raw:
        (length,) = struct.unpack_from("<I", raw)
        found.append(raw[4 : 4 + length].decode())
        raw = raw[4 + length :]
    return found


def assert_scores(response):
    assert [o.name for o in response.outputs] == ["scores"], response
    assert response.outputs[0].datatype == "FP32" and list(response.outputs[0].shape) == [2, 3], response
    assert len(response.raw_output_contents) == 1 and not response.outputs[0].HasField("contents"), response
    worst = max(abs(a - b) for a, b in zip(floats(response.raw_output_contents[0]), EXPECTED))
    assert worst < 3e-7, worst


def refused(call, code, *parts):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()}: {error.details()}"
        for part in parts:
            assert part in error.details(), error.details()
        return
    raise AssertionError(f"was not refused with {code}")


@check
def server_live(stub):
    assert stub.ServerLive(oip.ServerLiveRequest()).live


@check
def server_ready(stub):
    assert stub.ServerReady(oip.ServerReadyRequest()).ready


@check
def server_metadata(stub):
    metadata = stub.ServerMetadata(oip.ServerMetadataRequest())
    assert metadata.name and metadata.version
    assert {"classification", "model_configuration", "model_repository", "statistics"} <= set(metadata.extensions)


@check
def model_ready(stub):
    assert stub.ModelReady(oip.ModelReadyRequest(name="iris")).ready
    assert stub.ModelReady(oip.ModelReadyRequest(name="softmax", version="0")).ready
    assert not stub.ModelReady(oip.ModelReadyRequest(name="nobody")).ready
    assert not stub.ModelReady(oip.ModelReadyRequest(name="softmax", version="9")).ready


@check
def model_metadata(stub):
    metadata = stub.ModelMetadata(oip.ModelMetadataRequest(name="iris"))
    assert metadata.name == "iris" and metadata.platform and list(metadata.versions) == ["1"]
    assert [(t.name, t.datatype, list(t.shape)) for t in metadata.inputs] == [("logits", "FP32", [-1, 3])]
    assert [(t.name, t.datatype, list(t.shape)) for t in metadata.outputs] == [
        ("scores", "FP32", [-1, 3]),
        ("top_indices", "INT64", [-1, -1]),
        ("top_scores", "FP32", [-1, -1]),
        ("top_labels", "BYTES", [-1, -1]),
        ("log_sum_exp", "FP32", [-1]),
        ("entropy", "FP32", [-1]),
        ("invalid_rows", "BOOL", [-1]),
    ]


@check
def model_metadata_of_no_model(stub):
    refused(lambda: stub.ModelMetadata(oip.ModelMetadataRequest(name="nobody")), grpc.StatusCode.NOT_FOUND, "nobody")
    refused(lambda: stub.ModelMetadata(oip.ModelMetadataRequest()), grpc.StatusCode.INVALID_ARGUMENT)


@check
def model_config(stub):
    config = stub.ModelConfig(oip.ModelConfigRequest(name="iris")).config
    assert config.name == "iris" and config.max_batch_size > 0
    assert [(i.name, i.data_type, list(i.dims)) for i in config.input] == [("logits", oip.TYPE_FP32, [3])]
    assert ("top_labels", oip.TYPE_STRING) in [(o.name, o.data_type) for o in config.output]


@check
def model_config_of_no_model(stub):
    refused(lambda: stub.ModelConfig(oip.ModelConfigRequest(name="nobody")), grpc.StatusCode.NOT_FOUND, "nobody")


@check
def repository_index(stub):
    models = {m.name: m for m in stub.RepositoryIndex(oip.RepositoryIndexRequest()).models}
    assert {"iris", "softmax", "log_softmax", "sigmoid", "linear"} <= set(models)
    assert models["iris"].state == "READY" and models["iris"].version == "1"


@check
def model_infer_raw(stub):
    response = stub.ModelInfer(request())
    assert (response.model_name, response.model_version, response.id) == ("iris", "1", "request-1"), response
    assert_scores(response)


@check
def model_infer_raw_of_other_types(stub):
    for datatype, raw in [
        ("FP16", struct.pack("<6e", *LOGITS)),
        ("BF16", b"".join(struct.pack("<f", x)[2:] for x in LOGITS)),
        ("FP64", struct.pack("<6d", *LOGITS)),
    ]:
        message = request()
        message.inputs[0].datatype = datatype
        message.raw_input_contents[0] = raw
        assert_scores(stub.ModelInfer(message))


@check
def model_infer_typed(stub):
    for datatype, field in [("FP32", "fp32_contents"), ("FP64", "fp64_contents")]:
        message = request()
        message.inputs[0].datatype = datatype
        del message.raw_input_contents[:]
        getattr(message.inputs[0].contents, field).extend(LOGITS)
        assert_scores(stub.ModelInfer(message))


@check
def model_infer_every_output(stub):
    response = stub.ModelInfer(request(outputs=()))
    assert len(response.outputs) == 7 == len(response.raw_output_contents)
    raw = {o.name: r for o, r in zip(response.outputs, response.raw_output_contents)}
    assert struct.unpack("<2q", raw["top_indices"]) == (2, 0)
    assert texts(raw["top_labels"]) == ["virginica", "setosa"]
    assert abs(floats(raw["log_sum_exp"])[0] - math.log(sum(math.exp(x) for x in LOGITS[:3]))) < 1e-6
    assert abs(floats(raw["entropy"])[0] + sum(p * math.log(p) for p in EXPECTED[:3])) < 1e-6


@check
def model_infer_top_k(stub):
    message = request(outputs=("top_indices", "top_scores"))
    message.parameters["top_k"].int64_param = 2
    response = stub.ModelInfer(message)
    assert [list(o.shape) for o in response.outputs] == [[2, 2], [2, 2]]
    assert struct.unpack("<4q", response.raw_output_contents[0]) == (2, 1, 0, 2)


@check
def model_infer_invalid_rows(stub):
    message = request(outputs=("top_indices",))
    message.raw_input_contents[0] = struct.pack("<6f", *LOGITS[:3], math.nan, 0, 0)
    message.parameters["non_finite"].string_param = "flag"
    response = stub.ModelInfer(message)
    assert [(o.name, o.datatype, list(o.shape)) for o in response.outputs][1:] == [("invalid_rows", "BOOL", [2])]
    assert struct.unpack("<2q", response.raw_output_contents[0]) == (2, -1)
    assert struct.unpack("<2?", response.raw_output_contents[1]) == (False, True)


@check
def model_infer_classification(stub):
    message = request()
    message.outputs[0].parameters["classification"].int64_param = 2
    response = stub.ModelInfer(message)
    assert response.outputs[0].datatype == "BYTES" and list(response.outputs[0].shape) == [2, 2]
    assert texts(response.raw_output_contents[0])[0] == f"{EXPECTED[2]:.6f}:2:virginica"


@check
def model_infer_errors(stub):
    def broken(change):
        message = request()
        change(message)
        return lambda: stub.ModelInfer(message)

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    refused(broken(lambda m: setattr(m, "model_name", "nobody")), grpc.StatusCode.NOT_FOUND, "nobody")
    refused(broken(lambda m: setattr(m, "model_version", "9")), grpc.StatusCode.NOT_FOUND, "'9'")
    refused(broken(lambda m: m.ClearField("inputs")), invalid, "0 inputs")
    refused(broken(lambda m: setattr(m.inputs[0], "name", "images")), invalid, "images")
    refused(broken(lambda m: setattr(m.inputs[0], "datatype", "INT8")), invalid, "INT8")
    refused(broken(lambda m: m.inputs[0].shape.append(1)), invalid, "[2, 3, 1]")
    refused(broken(lambda m: m.raw_input_contents.append(b"")), invalid, "2 elements")
    refused(broken(lambda m: m.inputs[0].contents.fp32_contents.append(1)), invalid, "both")
    refused(broken(lambda m: setattr(m.outputs[0], "name", "probabilities")), invalid, "probabilities", "scores")
    nan = struct.pack("<6f", 0, 0, 0, 0, math.nan, 0)
    refused(broken(lambda m: m.raw_input_contents.__setitem__(0, nan)), invalid, "row 1, column 1", "NaN")


@check
def model_stream_infer(stub):
    bad = request(id="bad", model="nobody")
    responses = list(stub.ModelStreamInfer(iter([request(id="first"), bad, request(id="last")])))
    assert [r.infer_response.id for r in responses] == ["first", "bad", "last"]
    assert [bool(r.error_message) for r in responses] == [False, True, False] and "nobody" in responses[1].error_message
    assert all(r.infer_response.parameters["triton_final_response"].bool_param for r in responses)
    assert_scores(responses[0].infer_response)
    assert_scores(responses[2].infer_response)


@check
def model_stream_infer_in_lockstep(stub):
    """Each request is sent once the answer before it is here, as an interactive client has it."""
    import queue

    requests = queue.Queue()
    requests.put(request(id="0"))
    responses = stub.ModelStreamInfer(iter(requests.get, None))
    for i, response in enumerate(responses):
        assert response.infer_response.id == str(i)
        requests.put(request(id=str(i + 1)) if i < 9 else None)
    assert i == 9


@check
def model_statistics(stub):
    before = stub.ModelStatistics(oip.ModelStatisticsRequest(name="iris")).model_stats[0]
    stub.ModelInfer(request())
    after = stub.ModelStatistics(oip.ModelStatisticsRequest(name="iris")).model_stats[0]
    assert after.execution_count == before.execution_count + 1 and after.inference_count == before.inference_count + 2
    assert after.inference_stats.success.count == after.execution_count and after.inference_stats.compute_infer.ns > 0
    assert len(stub.ModelStatistics(oip.ModelStatisticsRequest()).model_stats) >= 5
    refused(lambda: stub.ModelStatistics(oip.ModelStatisticsRequest(name="nobody")), grpc.StatusCode.NOT_FOUND, "nobody")


def main():
    failures = 0
    with grpc.insecure_channel(sys.argv[1]) as channel:
        grpc.channel_ready_future(channel).result(timeout=60)
        stub = oip_grpc.GRPCInferenceServiceStub(channel)
        for test in CHECKS:
            try:
                test(stub)
                print(f"ok      {test.__name__}")
            except Exception as error:
                failures += 1
                print(f"failed  {test.__name__}: {error!r}")
    print(f"{len(CHECKS) - failures} checks of the Open Inference Protocol held, {failures} did not")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
