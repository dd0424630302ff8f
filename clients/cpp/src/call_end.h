#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <scoring/error.h>
#include <scoring/v1/scoring.pb.h>

#include <optional>

namespace scoring {

// How a call ended, by what that asks of one whose messages may be scored twice.
enum class Ending {
    // The service has said no: another call would bring the same.
    Refused,
    // The service went away, or the way to it; or it ended the call before all was answered: another call may find it.
    Away,
    // This one call was cut off, and not by its caller: by something on the way, or because of what is in it.
    Cut,
};

// A status that gRPC does not have is UNKNOWN.
grpc::StatusCode CodeOf(const grpc::Status& status);

Ending EndingOf(const grpc::Status& status);

// What a status has no room for, which only an error of the message itself has.
std::optional<v1::Error> TrailerOf(const grpc::ClientContext& context);

Error ErrorOf(const v1::Error& error);
Error ErrorOf(const grpc::Status& status, const grpc::ClientContext& context);

}  // namespace scoring
