#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

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
    Failure(grpc::StatusCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

    grpc::StatusCode code() const noexcept { return code_; }

private:
    grpc::StatusCode code_;
};

}  // namespace scoring
