#pragma once

#include <grpcpp/grpcpp.h>
#include <scoring/request.h>
#include <scoring/result.h>
#include <scoring/v1/scoring.grpc.pb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace scoring {

class Channels;

struct ClientOptions {
    // Null: clear text.
    std::shared_ptr<grpc::ChannelCredentials> credentials = {};
    // The largest answer that is taken.
    int max_receive_bytes = 64 << 20;
    // How long it may take to connect to an address and to hear the first word from it, before the next one is tried.
    std::chrono::milliseconds connect_timeout{5000};
    // How long Score and ListHeads may take, all attempts and the waits between them included.
    std::chrono::milliseconds call_timeout{30000};
    // How often they are tried while the service is unavailable, or refuses them for now and says how long to wait. 1: never again.
    int max_attempts = 4;
    // The channel waits from the first to the second before it connects anew.
    std::chrono::milliseconds min_reconnect_delay{100};
    std::chrono::milliseconds max_reconnect_delay{2000};
    // How long a connection may be silent before it is probed, and how long the probe may take. Without it, a peer that vanished
    // without a word would hold a stream for ever.
    std::chrono::milliseconds keepalive_time{20000};
    std::chrono::milliseconds keepalive_timeout{10000};
};

// A service's address, and the connections to it. May be used by any number of threads.
class Client {
public:
    // The address reads localhost:8080, http://localhost:8080, https://localhost:8080 with credentials, or as gRPC has it: dns:///scoring:8080,
    // unix:/run/scoring.sock. Throws std::invalid_argument for anything else.
    explicit Client(const std::string& address, const ClientOptions& options = {});

    // Scores one message. What is wrong with the message is the result's error; any other failure is thrown. Without a timeout of its
    // own it may take call_timeout.
    Result Score(const Request& request, std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;

    // Lists the heads that the service has, and its limits.
    v1::ListHeadsResponse ListHeads(const v1::ListHeadsRequest& request = {}, std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;

    // The generated stub, for Evaluate and Calibrate.
    v1::ScoringService::StubInterface& stub() const noexcept { return *stub_; }

    // The first one, which all calls take but those of streams past the first hundred.
    const std::shared_ptr<grpc::Channel>& channel() const noexcept { return channel_; }

private:
    friend class StreamState;

    ClientOptions options_;
    std::shared_ptr<Channels> channels_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<v1::ScoringService::StubInterface> stub_;
};

}  // namespace scoring
