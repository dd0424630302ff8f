#include "channels.h"

#include <algorithm>
#include <utility>

namespace scoring {

namespace {

constexpr std::size_t MostStreams = 100;

}  // namespace

Channels::Channels(std::string target, std::shared_ptr<grpc::ChannelCredentials> credentials, grpc::ChannelArguments arguments)
    : target_(std::move(target)), credentials_(std::move(credentials)), arguments_(std::move(arguments)), first_(Make()), all_{{first_}} {}

std::shared_ptr<grpc::Channel> Channels::Take() {
    std::unique_lock lock(mutex_);
    auto shared = std::find_if(all_.begin(), all_.end(), [](const Shared& one) { return one.streams < MostStreams; });
    if (shared == all_.end()) {
        shared = all_.insert(shared, {Make()});
    }
    shared->streams++;
    lock.unlock();
    // Gives it back even where there is no memory to make this of.
    return {shared->channel.get(), [self = shared_from_this(), shared](grpc::Channel*) { self->GiveBack(shared); }};
}

void Channels::GiveBack(std::list<Shared>::iterator shared) noexcept {
    std::list<Shared> unused;  // Closed without the lock.
    const std::lock_guard lock(mutex_);
    if (--shared->streams == 0 && shared != all_.begin()) {
        unused.splice(unused.end(), all_, shared);
    }
}

std::shared_ptr<grpc::Channel> Channels::Make() const { return grpc::CreateCustomChannel(target_, credentials_, arguments_); }

}  // namespace scoring
