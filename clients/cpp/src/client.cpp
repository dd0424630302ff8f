#include <scoring/client.h>

#include <future>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "backoff.h"
#include "call_end.h"
#include "encoding.h"
#include "methods.h"

namespace scoring {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

ClientOptions Checked(const ClientOptions& options) {
    if (options.connect_timeout.count() < 1 || options.call_timeout.count() < 1 || options.max_attempts < 1) {
        throw std::invalid_argument("timeouts are from 1 ms up, and there is at least one attempt");
    }
    return options;
}

milliseconds AtRandomLonger(milliseconds least) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return least + milliseconds(std::uniform_int_distribution<milliseconds::rep>(0, least.count() / 4)(random));
}

// A call with one message each way that changes nothing: made again where the service is not there or the call is cut off, after a while; where
// the service refuses it for now, after as long as it says. The context is that of the last attempt.
template <typename Response, typename Attempt>
grpc::Status Repeat(const ClientOptions& options, milliseconds timeout, std::unique_ptr<grpc::ClientContext>& context, Response& response, const Attempt& attempt) {
    const auto deadline = system_clock::now() + timeout;
    Backoff backoff(milliseconds(50), milliseconds(2000));
    for (auto i = 1;; i++) {
        context = std::make_unique<grpc::ClientContext>();
        context->set_deadline(deadline);
        // Shared, since the callback may still be leaving set_value when the status is here.
        const auto done = std::make_shared<std::promise<grpc::Status>>();
        attempt(*context, response, [done](grpc::Status status) { done->set_value(std::move(status)); });
        const auto status = done->get_future().get();
        if (status.ok() || i == options.max_attempts) {
            return status;
        }

        milliseconds wait{0};
        if (EndingOf(status) != Ending::Refused) {
            wait = backoff.Next();
        } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
            wait = AtRandomLonger(ErrorOf(status, *context).retry_after);
        }
        if (wait.count() == 0 || system_clock::now() + wait >= deadline) {
            return status;
        }
        std::this_thread::sleep_for(wait);
    }
}

}  // namespace

Client::Client(const std::string& target, const ClientOptions& options) : options_(Checked(options)) {
    const auto ms = [](milliseconds value) { return static_cast<int>(value.count()); };
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, ms(options.min_reconnect_delay));
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, ms(options.max_reconnect_delay));
    // The client makes calls again by itself: gRPC's own attempts may leave out a message of a stream.
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    // What gRPC calls the least wait is how long an attempt to connect may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, ms(options.connect_timeout));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, ms(options.keepalive_time));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(options.keepalive_timeout));
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    channel_ = grpc::CreateCustomChannel(target, options.credentials ? options.credentials : grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::ScoringService::NewStub(channel_);
}

Result Client::Score(const Request& request, std::optional<milliseconds> timeout) const {
    const auto message = Encode(request, 0);
    std::unique_ptr<grpc::ClientContext> context;
    v1::ScoreResponse response;
    const auto status = Repeat(options_, timeout.value_or(options_.call_timeout), context, response, [&](auto& attempt, auto& answer, auto done) {
        ScoringStub(channel_).UnaryCall(&attempt, ScoreMethod, {}, &message, &answer, std::move(done));
    });
    if (status.ok()) {
        return Result(std::move(response));
    }

    if (auto error = TrailerOf(*context)) {
        *response.mutable_error() = std::move(*error);
        return Result(std::move(response));
    }
    throw Failure(status.error_code(), status.error_message());
}

v1::ListHeadsResponse Client::ListHeads(const v1::ListHeadsRequest& request, std::optional<milliseconds> timeout) const {
    std::unique_ptr<grpc::ClientContext> context;
    v1::ListHeadsResponse response;
    grpc::TemplatedGenericStub<v1::ListHeadsRequest, v1::ListHeadsResponse> stub(channel_);
    const auto status = Repeat(options_, timeout.value_or(options_.call_timeout), context, response, [&](auto& attempt, auto& answer, auto done) {
        stub.UnaryCall(&attempt, ListHeadsMethod, {}, &request, &answer, std::move(done));
    });
    if (!status.ok()) {
        throw Failure(ErrorOf(status, *context));
    }
    return response;
}

}  // namespace scoring
