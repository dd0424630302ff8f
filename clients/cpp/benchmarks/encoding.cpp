// What it costs to make a message of the caller's floats ready for the transport, three ways: ns a message, the median of many.
//
//   encoding

#include "encoding.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <malloc.h>

namespace {

grpc::ByteBuffer Serialize(const scoring::v1::ScoreRequest& message) {
    grpc::ByteBuffer buffer;
    bool own = false;
    if (!grpc::SerializationTraits<scoring::v1::ScoreRequest>::Serialize(message, &buffer, &own).ok()) {
        std::abort();
    }
    return buffer;
}

grpc::ByteBuffer AsLogits(const std::vector<float>& logits) {
    scoring::v1::ScoreRequest message;
    message.set_id(1);
    message.set_classes(1000);
    message.mutable_logits()->Add(logits.begin(), logits.end());
    return Serialize(message);
}

grpc::ByteBuffer AsData(const std::vector<float>& logits) {
    scoring::v1::ScoreRequest message;
    message.set_id(1);
    message.set_classes(1000);
    message.set_data(logits.data(), logits.size() * sizeof(float));
    return Serialize(message);
}

grpc::ByteBuffer AsSlices(const std::vector<float>& logits) { return scoring::Encode({.classes = 1000, .logits = logits}, 1); }

double Median(grpc::ByteBuffer (*encode)(const std::vector<float>&), const std::vector<float>& logits) {
    std::vector<double> times;
    for (auto i = 0; i < 301; i++) {
        const auto start = std::chrono::steady_clock::now();
        const auto buffer = encode(logits);
        times.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
        if (buffer.Length() < logits.size() * sizeof(float)) {
            std::abort();
        }
    }
    std::nth_element(times.begin(), times.begin() + 150, times.end());
    return times[150];
}

}  // namespace

int main() {
    // The allocator keeps what is freed: page faults would hide what the copies cost.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);

    std::printf("%8s %12s %12s %12s\n", "rows", "logits", "data", "slices");
    for (const auto rows : {1U, 16U, 64U, 256U, 1024U}) {
        const std::vector<float> logits(rows * std::size_t{1000}, 1);
        std::printf("%8u %12.0f %12.0f %12.0f\n", rows, Median(AsLogits, logits), Median(AsData, logits), Median(AsSlices, logits));
    }
}
