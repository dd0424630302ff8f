#include <scoring/stream.h>

#include <stdexcept>
#include <utility>

#include "stream_state.h"

namespace scoring {

Stream::Stream(const Client& client, const StreamOptions& options) : state_(std::make_unique<StreamState>(client, nullptr, options)) {}

Stream::Stream(const Client& client, Callback callback, const StreamOptions& options) {
    if (!callback) {
        throw std::invalid_argument("a stream's callback must be one");
    }
    state_ = std::make_unique<StreamState>(client, std::move(callback), options);
}

Stream::~Stream() = default;

std::uint64_t Stream::Send(const Request& request) { return state_->Send(request, true).value(); }

std::optional<std::uint64_t> Stream::TrySend(const Request& request) { return state_->Send(request, false); }

void Stream::Close() { state_->Close(); }

std::optional<Result> Stream::Next() { return state_->Next(); }

void Stream::Finish() { state_->Finish(); }

void Stream::Cancel() { state_->Cancel(); }

std::uint64_t Stream::reconnects() const { return state_->reconnects(); }

}  // namespace scoring
