#pragma once

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace scoring {

// A channel of gRPC makes one connection, and lets calls past those that the service takes on it wait without a word: where each has its fill of
// streams, another is made. That is 100, since a server of HTTP/2 should take no fewer; this service takes 256, which leaves room for the unary
// calls of the first. May be used by any number of threads.
class Channels : public std::enable_shared_from_this<Channels> {
public:
    // The arguments must keep channels from sharing connections.
    Channels(std::string target, std::shared_ptr<grpc::ChannelCredentials> credentials, grpc::ChannelArguments arguments);

    const std::shared_ptr<grpc::Channel>& first() const noexcept { return first_; }

    // For a stream, which has it for as long as it keeps what this returns. A channel that nobody has any more is closed, but for the first.
    std::shared_ptr<grpc::Channel> Take();

private:
    struct Shared {
        std::shared_ptr<grpc::Channel> channel;
        std::size_t streams = 0;
    };

    std::shared_ptr<grpc::Channel> Make() const;
    void GiveBack(std::list<Shared>::iterator shared) noexcept;

    const std::string target_;
    const std::shared_ptr<grpc::ChannelCredentials> credentials_;
    const grpc::ChannelArguments arguments_;
    const std::shared_ptr<grpc::Channel> first_;

    std::mutex mutex_;
    std::list<Shared> all_;
};

}  // namespace scoring
