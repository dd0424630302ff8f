#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <scoring/request.h>
#include <scoring/v1/scoring.pb.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace scoring {

// What a message asks for, which its answer has to fit.
class Asked {
public:
    explicit Asked(const Request& request);

    // What is wrong with an answer of another shape, or without what was asked for: its numbers would be taken for those of other rows. Groups of classes, which the
    // service alone knows, make the numbers of a row as many times more.
    std::optional<std::string> MisfitOf(const v1::ScoreResponse& answer) const;

private:
    bool Wants(Output output) const noexcept { return (outputs_ & 1U << static_cast<unsigned>(output)) != 0; }

    std::size_t logits_;
    // 0 where the head knows.
    std::size_t classes_;
    // A bit for each.
    unsigned outputs_ = 0;
    std::size_t top_k_;
};

// The messages are taken from gRPC as bytes: of one that it cannot read itself it tells nothing, be it that there was none, or that the call is over.
template <typename Message>
std::optional<Message> Read(grpc::ByteBuffer bytes) {
    Message message;
    if (!bytes.Valid() || !grpc::SerializationTraits<Message>::Deserialize(&bytes, &message).ok()) {
        return std::nullopt;
    }
    return message;
}

}  // namespace scoring
