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

struct ClientOptions {
    // Null: clear text.
    std::shared_ptr<grpc::ChannelCredentials> credentials = {};
    // The largest answer that is taken.
    int max_receive_bytes = 64 << 20;
    // The channel waits from the first to the second before it connects anew.
    std::chrono::milliseconds min_reconnect_delay{100};
    std::chrono::milliseconds max_reconnect_delay{2000};
    // How long a connection may be silent before it is probed, and how long the probe may take. Without it, a peer that vanished
    // without a word would hold a stream for ever.
    std::chrono::milliseconds keepalive_time{20000};
    std::chrono::milliseconds keepalive_timeout{10000};
};

// A service's address, and the connection to it. May be used by any number of threads.
class Client {
public:
    // The target is as gRPC has it: localhost:8080, dns:///scoring:8080, unix:/run/scoring.sock.
    explicit Client(const std::string& target, const ClientOptions& options = {});

    // Scores one message. What is wrong with the message is the result's error; any other failure is thrown.
    Result Score(const Request& request, std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;

    // The generated stub, for ListHeads, Evaluate and Calibrate.
    v1::ScoringService::StubInterface& stub() const noexcept { return *stub_; }

    const std::shared_ptr<grpc::Channel>& channel() const noexcept { return channel_; }

private:
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<v1::ScoringService::StubInterface> stub_;
};

}  // namespace scoring
