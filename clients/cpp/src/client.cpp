#include <scoring/client.h>

#include <future>
#include <memory>
#include <utility>

#include "encoding.h"
#include "methods.h"

namespace scoring {

Client::Client(const std::string& target, const ClientOptions& options) {
    const auto ms = [](std::chrono::milliseconds value) { return static_cast<int>(value.count()); };
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, ms(options.min_reconnect_delay));
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, ms(options.max_reconnect_delay));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, ms(options.keepalive_time));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(options.keepalive_timeout));
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    channel_ = grpc::CreateCustomChannel(target, options.credentials ? options.credentials : grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::ScoringService::NewStub(channel_);
}

Result Client::Score(const Request& request, std::optional<std::chrono::milliseconds> timeout) const {
    const auto message = Encode(request, 0);
    grpc::ClientContext context;
    if (timeout) {
        context.set_deadline(std::chrono::system_clock::now() + *timeout);
    }

    v1::ScoreResponse response;
    // Shared, since the callback may still be leaving set_value when the status is here.
    const auto done = std::make_shared<std::promise<grpc::Status>>();
    ScoringStub(channel_).UnaryCall(
        &context, ScoreMethod, {}, &message, &response, [done](grpc::Status status) { done->set_value(std::move(status)); });
    const auto status = done->get_future().get();
    if (status.ok()) {
        return Result(std::move(response));
    }

    // What a status has no room for comes in a trailer, which only an error of the message itself has.
    const auto& trailers = context.GetServerTrailingMetadata();
    const auto trailer = trailers.find(ErrorTrailer);
    if (trailer != trailers.end() && response.mutable_error()->ParseFromArray(trailer->second.data(), static_cast<int>(trailer->second.size()))) {
        return Result(std::move(response));
    }

    throw Failure(status.error_code(), status.error_message());
}

}  // namespace scoring
