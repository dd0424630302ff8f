#include <scoring/result.h>

#include <memory>
#include <optional>
#include <utility>

namespace scoring {

namespace {

std::unique_ptr<const Error> ErrorOf(const v1::ScoreResponse& response) {
    if (!response.has_error()) {
        return nullptr;
    }

    const auto& error = response.error();
    return std::make_unique<const Error>(Error{
        .code = static_cast<grpc::StatusCode>(error.code()),
        .message = error.message(),
        .row = error.has_row() ? std::optional(error.row()) : std::nullopt,
        .column = error.has_column() ? std::optional(error.column()) : std::nullopt,
        .retry_after = std::chrono::milliseconds(error.retry_after_ms()),
    });
}

}  // namespace

Result::Result(v1::ScoreResponse response)
    : response_(std::make_unique<const v1::ScoreResponse>(std::move(response))), error_(ErrorOf(*response_)) {}

}  // namespace scoring
