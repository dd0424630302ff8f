#include "call_end.h"

#include <cstdint>

#include "methods.h"

namespace scoring {

namespace {

// How gRPC's core tells a reset, and an end without trailers. Their codes may also be the service's own.
constexpr auto Reset = "Received RST_STREAM";
constexpr auto NoTrailers = "No status received";
// How it tells an answer that is compressed; its code, UNIMPLEMENTED, would be the service's word.
constexpr auto Compressed = "Compression algorithm";

grpc::StatusCode CodeOf(std::uint32_t code) {
    return code <= static_cast<std::uint32_t>(grpc::StatusCode::UNAUTHENTICATED) ? static_cast<grpc::StatusCode>(code) : grpc::StatusCode::UNKNOWN;
}

}  // namespace

grpc::StatusCode CodeOf(const grpc::Status& status) {
    return status.error_message().starts_with(Compressed) ? grpc::StatusCode::INTERNAL : CodeOf(static_cast<std::uint32_t>(status.error_code()));
}

Ending EndingOf(const grpc::Status& status) {
    const auto& message = status.error_message();
    switch (CodeOf(status)) {
        case grpc::StatusCode::OK:
        case grpc::StatusCode::UNAVAILABLE:
            return Ending::Away;
        case grpc::StatusCode::CANCELLED:
            return Ending::Cut;
        case grpc::StatusCode::UNKNOWN:
            return message == NoTrailers || message == "Stream removed" ? Ending::Away : Ending::Refused;
        default:
            return message.starts_with(Reset) ? Ending::Cut : Ending::Refused;
    }
}

std::optional<v1::Error> TrailerOf(const grpc::ClientContext& context) {
    const auto& trailers = context.GetServerTrailingMetadata();
    const auto trailer = trailers.find(ErrorTrailer);
    v1::Error error;
    // Somebody on the way may have made one that is no error: the status is all there is then.
    if (trailer == trailers.end() || !error.ParseFromArray(trailer->second.data(), static_cast<int>(trailer->second.size())) || error.code() == 0) {
        return std::nullopt;
    }
    return error;
}

Error ErrorOf(const v1::Error& error) {
    return {
        .code = CodeOf(error.code()),
        .message = error.message(),
        .row = error.has_row() ? std::optional(error.row()) : std::nullopt,
        .column = error.has_column() ? std::optional(error.column()) : std::nullopt,
        .retry_after = std::chrono::milliseconds(error.retry_after_ms()),
    };
}

Error ErrorOf(const grpc::Status& status, const grpc::ClientContext& context) {
    const auto trailer = TrailerOf(context);
    return trailer ? ErrorOf(*trailer) : Error{.code = CodeOf(status), .message = status.error_message()};
}

}  // namespace scoring
