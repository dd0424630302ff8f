#include "encoding.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace scoring {

// Packed floats are little-endian on the wire; so is the caller's memory.
static_assert(std::endian::native == std::endian::little);

namespace {

using google::protobuf::internal::WireFormatLite;

v1::ScoreRequest WithoutNumbers(const Request& request, std::uint64_t id) {
    v1::ScoreRequest message;
    message.set_id(id);
    message.set_head(request.head);
    message.set_classes(request.classes);
    message.set_data_type(static_cast<v1::DataType>(request.data_type));
    for (const auto output : request.outputs) {
        message.add_outputs(static_cast<v1::Output>(output));
    }
    message.set_top_k(request.top_k);
    if (request.temperature) {
        message.set_temperature(*request.temperature);
    }
    message.mutable_targets()->Add(request.targets.begin(), request.targets.end());
    message.mutable_target_labels()->Add(request.target_labels.begin(), request.target_labels.end());
    message.set_non_finite(static_cast<v1::NonFinite>(request.non_finite));
    message.set_traceparent(request.traceparent);
    return message;
}

// Fields of a message may come in any order, so the large one goes last, in a slice of its own.
void AppendTag(std::string& bytes, int field, std::size_t length) {
    if (length > INT32_MAX) {
        throw std::length_error("a message must be under 2 GiB");
    }
    std::array<std::uint8_t, 10> buffer;
    auto* end = WireFormatLite::WriteTagToArray(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, buffer.data());
    end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(length), end);
    bytes.append(buffer.data(), end);
}

}  // namespace

grpc::ByteBuffer Encode(const Request& request, std::uint64_t id) {
    if (!request.logits.empty() && !request.data.empty()) {
        throw std::invalid_argument("a request has either logits or data");
    }

    auto head = WithoutNumbers(request, id).SerializeAsString();
    const auto numbers = request.data.empty() ? std::as_bytes(request.logits) : request.data;
    if (numbers.empty()) {
        const grpc::Slice slice(head);
        return grpc::ByteBuffer(&slice, 1);
    }

    AppendTag(head, request.data.empty() ? v1::ScoreRequest::kLogitsFieldNumber : v1::ScoreRequest::kDataFieldNumber, numbers.size());
    const std::array slices{grpc::Slice(head), grpc::Slice(numbers.data(), numbers.size())};
    return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace scoring
