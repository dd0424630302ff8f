#include <scoring/client.h>

#include <future>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "address.h"
#include "answer.h"
#include "backoff.h"
#include "call_end.h"
#include "channels.h"
#include "encoding.h"
#include "methods.h"
#include "reach.h"

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

// What the service is told that it is called, where gRPC would tell what is no name of a host, which the service refuses: over a Unix socket its
// path, and of several addresses (ipv4:host:port,host:port) all of them.
std::optional<std::string> AuthorityOf(const std::string& target) {
    if (target.starts_with("unix:")) {
        return "localhost";
    }
    const auto comma = target.find(',');
    if (comma == std::string::npos) {
        return std::nullopt;
    }
    const auto first = target.find(':') + 1;
    return target.substr(first, comma - first);
}

milliseconds AtRandomLonger(milliseconds least) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return least + milliseconds(std::uniform_int_distribution<milliseconds::rep>(0, least.count() / 4)(random));
}

// A call with one message each way that changes nothing: made again where the service is not there or the call is cut off, after a while; where
// the service refuses it for now, after as long as it says. The context is that of the last attempt.
grpc::Status Repeat(const grpc::ByteBuffer& message, const char* method, const std::shared_ptr<grpc::Channel>& channel, const ClientOptions& options, milliseconds timeout,
                    std::unique_ptr<grpc::ClientContext>& context, grpc::ByteBuffer& answer) {
    const auto deadline = system_clock::now() + WithinReach(timeout);
    Backoff backoff(milliseconds(50), milliseconds(2000));
    for (auto i = 1;; i++) {
        answer.Clear();  // An attempt may have failed after its answer.
        context = std::make_unique<grpc::ClientContext>();
        context->set_deadline(deadline);
        // Shared, since the callback may still be leaving set_value when the status is here.
        const auto done = std::make_shared<std::promise<grpc::Status>>();
        ScoringStub(channel).UnaryCall(context.get(), method, {}, &message, &answer, [done](grpc::Status status) { done->set_value(std::move(status)); });
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

template <typename Message>
Message ReadOrThrow(const grpc::ByteBuffer& answer) {
    auto message = Read<Message>(answer);
    if (!message) {
        throw Failure(grpc::StatusCode::INTERNAL, answer.Valid() ? "the answer is no message" : "the call has ended with OK, and without an answer");
    }
    return *std::move(message);
}

}  // namespace

Client::Client(const std::string& address, const ClientOptions& options) : options_(Checked(options)) {
    const auto target = TargetOf(address, options.credentials != nullptr);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
    // Answers as they are, and none that is compressed: gRPC would unpack all of one, however much that is, before it looks at the limit.
    arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, WithinInt(options.min_reconnect_delay));
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, WithinInt(options.max_reconnect_delay));
    // The client makes calls again by itself: gRPC's own attempts may leave out a message of a stream.
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    // Channels of the same arguments would share a connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // What gRPC calls the least wait is how long an attempt to connect may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, WithinInt(options.connect_timeout));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, WithinInt(options.keepalive_time));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, WithinInt(options.keepalive_timeout));
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    if (!options.credentials) {
        // Clear text is for the address alone: a proxy that the environment names would read it.
        arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    }
    if (const auto authority = AuthorityOf(target)) {
        arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, *authority);
    }
    channels_ = std::make_shared<Channels>(target, options.credentials ? options.credentials : grpc::InsecureChannelCredentials(), arguments);
    channel_ = channels_->first();
    stub_ = v1::ScoringService::NewStub(channel_);
}

Result Client::Score(const Request& request, std::optional<milliseconds> timeout) const {
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer answer;
    const auto status = Repeat(Encode(request, 0), ScoreMethod, channel_, options_, timeout.value_or(options_.call_timeout), context, answer);
    if (status.ok()) {
        auto response = ReadOrThrow<v1::ScoreResponse>(answer);
        if (response.id() != 0) {
            throw Failure(grpc::StatusCode::INTERNAL, "the answer of message " + std::to_string(response.id()) + " came, which is another one");
        }
        if (const auto misfit = response.has_error() ? std::nullopt : Asked(request).MisfitOf(response)) {
            throw Failure(grpc::StatusCode::INTERNAL, "the answer does not fit its message: " + *misfit);
        }
        return Result(std::move(response));
    }

    v1::ScoreResponse response;
    if (auto error = TrailerOf(*context)) {
        *response.mutable_error() = std::move(*error);
        return Result(std::move(response));
    }
    throw Failure(CodeOf(status), status.error_message());
}

v1::ListHeadsResponse Client::ListHeads(const v1::ListHeadsRequest& request, std::optional<milliseconds> timeout) const {
    grpc::ByteBuffer message;
    bool own = false;
    auto status = grpc::SerializationTraits<v1::ListHeadsRequest>::Serialize(request, &message, &own);
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer answer;
    status = Repeat(message, ListHeadsMethod, channel_, options_, timeout.value_or(options_.call_timeout), context, answer);
    if (!status.ok()) {
        throw Failure(ErrorOf(status, *context));
    }
    return ReadOrThrow<v1::ListHeadsResponse>(answer);
}

}  // namespace scoring
