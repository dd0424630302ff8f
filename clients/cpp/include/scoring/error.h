#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scoring {

// Why one message could not be scored. It concerns that message alone.
struct Error {
    grpc::StatusCode code = grpc::StatusCode::OK;
    std::string message = {};
    // The row at fault, from 0, where one is.
    std::optional<std::uint32_t> row = {};
    // The class at fault within the row, from 0, where one is.
    std::optional<std::uint32_t> column = {};
    // How long to wait before the message is worth sending again (retry_after_ms); 0 where waiting does not help.
    std::chrono::milliseconds retry_after{0};
};

// Thrown where a call or a whole stream has failed, rather than one message of it.
class Failure : public std::runtime_error {
public:
    Failure(grpc::StatusCode code, const std::string& message) : Failure(Error{.code = code, .message = message}) {}

    // Of a stream: with the messages that were sent and have no answer.
    explicit Failure(Error error, std::vector<std::uint64_t> unanswered = {})
        : std::runtime_error(Text(error, unanswered)), error_(std::move(error)), unanswered_(std::move(unanswered)) {}

    grpc::StatusCode code() const noexcept { return error_.code; }
    // All that the service has told.
    const Error& error() const noexcept { return error_; }
    // Of a stream that broke: the ids of the messages without an answer, in order.
    const std::vector<std::uint64_t>& unanswered() const noexcept { return unanswered_; }

private:
    static std::string Text(const Error& error, const std::vector<std::uint64_t>& unanswered) {
        if (unanswered.empty()) {
            return error.message;
        }
        return error.message + "; messages " + std::to_string(unanswered.front()) + " to " + std::to_string(unanswered.back()) + " have no answer";
    }

    Error error_;
    std::vector<std::uint64_t> unanswered_;
};

}  // namespace scoring
