#include "stream_state.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "channels.h"
#include "encoding.h"
#include "reach.h"
#include "stream_call.h"

namespace scoring {

namespace {

StreamOptions Checked(StreamOptions options) {
    if (options.max_in_flight_messages < 1 || options.max_in_flight_bytes < 1) {
        throw std::invalid_argument("a window has at least one message and one byte");
    }
    if (options.patience.count() < 0 || options.progress_timeout.count() < 1) {
        throw std::invalid_argument("patience is from 0 up, and a progress timeout from 1 ms");
    }
    if (options.min_reconnect_delay.count() < 1 || options.max_reconnect_delay < options.min_reconnect_delay) {
        throw std::invalid_argument("reconnect delays are from 1 ms up, the greatest no less than the least");
    }
    options.patience = WithinReach(options.patience);
    options.progress_timeout = WithinReach(options.progress_timeout);
    options.min_reconnect_delay = WithinReach(options.min_reconnect_delay);
    options.max_reconnect_delay = WithinReach(options.max_reconnect_delay);
    return options;
}

std::size_t SizeOf(const Request& request) {
    return request.logits.size_bytes() + request.data.size_bytes() + request.targets.size_bytes();
}

std::exception_ptr MakeFailure(grpc::StatusCode code, const std::string& message) {
    return std::make_exception_ptr(Failure(code, message));
}

// Does something at the end of a scope, however that comes.
template <typename Action>
class Finally {
public:
    explicit Finally(Action action) : action_(std::move(action)) {}
    ~Finally() { action_(); }
    Finally(const Finally&) = delete;
    Finally& operator=(const Finally&) = delete;

private:
    Action action_;
};

}  // namespace

StreamState::StreamState(const Client& client, Stream::Callback callback, const StreamOptions& options)
    : callback_(std::move(callback)),
      options_(Checked(options)),
      channel_(client.channels_->Take()),
      backoff_(options.min_reconnect_delay, options.max_reconnect_delay),
      thread_([this] { Run(); }) {}

StreamState::~StreamState() {
    Cancel();
    thread_.join();
}

std::optional<std::uint64_t> StreamState::Send(const Request& request, bool wait) {
    const auto bytes = SizeOf(request);
    std::unique_lock lock(mutex_);
    // Another's copy is soon made. Its wait for room may be for what the caller of this does next, who is told at once that there is none.
    changed_.wait(lock, [&] { return failure_ || closed_ || !sending_ || (!wait && waiting_for_room_); });
    ThrowIfNotOpen();
    if (!wait && (sending_ || !HasRoom(bytes))) {
        return std::nullopt;
    }

    sending_ = true;
    const Finally end_of_turn([&] {
        if (!lock.owns_lock()) {
            lock.lock();
        }
        sending_ = waiting_for_room_ = false;
        changed_.notify_all();
    });
    waiting_for_room_ = !HasRoom(bytes);
    changed_.wait(lock, [&] { return failure_ || closed_ || HasRoom(bytes); });
    waiting_for_room_ = false;
    ThrowIfNotOpen();

    // The copy is made without the lock: nobody else takes the room, since senders take turns.
    const auto id = last_id_ + 1;
    lock.unlock();
    auto message = Encode(request, id);
    lock.lock();
    ThrowIfNotOpen();
    last_id_ = id;
    messages_++;
    bytes_ += bytes;
    unanswered_.push_back({id, bytes, std::move(message), Asked(request)});
    Pump();
    return id;
}

void StreamState::Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    Pump();
    changed_.notify_all();
}

std::optional<Result> StreamState::Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || failure_ || over_; });
    if (ready_.empty()) {
        ThrowIfFailed();
        return std::nullopt;
    }

    auto ready = std::move(ready_.front());
    ready_.pop_front();
    Leave(ready.bytes);
    return std::move(ready.result);
}

void StreamState::Finish() {
    Close();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || over_; });
    ThrowIfFailed();
}

void StreamState::Cancel() {
    const std::lock_guard lock(mutex_);
    Fail(MakeFailure(grpc::StatusCode::CANCELLED, "the stream was cancelled"));
}

std::uint64_t StreamState::reconnects() const {
    const std::lock_guard lock(mutex_);
    return reconnects_;
}

void StreamState::OnWritten(StreamCall& call) {
    const std::lock_guard lock(mutex_);
    call.Written();
    Pump();
}

void StreamState::OnAnswer(std::optional<v1::ScoreResponse> answer) {
    std::unique_lock lock(mutex_);
    if (failure_) {
        return;
    }
    if (auto fault = FaultOf(answer)) {
        FailLeaving({.code = grpc::StatusCode::INTERNAL, .message = *std::move(fault)});
        return;
    }
    auto& response = *answer;

    const auto bytes = unanswered_.front().bytes;
    unanswered_.pop_front();
    written_--;
    answered_ = true;
    refused_ = response.has_error();
    waiting_since_ = std::chrono::steady_clock::now();
    if (suspects_ > 0) {
        suspects_--;
        Pump();
    }
    if (!callback_) {
        ready_.push_back({Result(std::move(response)), bytes});
        changed_.notify_all();
        return;
    }

    with_callback_ = true;
    lock.unlock();
    std::exception_ptr thrown;
    try {
        callback_(Result(std::move(response)));
    } catch (...) {
        thrown = std::current_exception();
    }
    lock.lock();
    with_callback_ = false;
    waiting_since_ = std::chrono::steady_clock::now();
    Leave(bytes);
    if (thrown) {
        Fail(thrown);
    }
}

std::optional<std::string> StreamState::FaultOf(const std::optional<v1::ScoreResponse>& answer) const {
    if (!answer) {
        return "an answer is no message";
    }
    if (written_ == 0 || unanswered_.front().id != answer->id()) {
        return "an answer came for message " + std::to_string(answer->id()) + " out of order";
    }
    const auto misfit = answer->has_error() ? std::nullopt : unanswered_.front().asked.MisfitOf(*answer);
    return misfit ? std::optional("the answer does not fit message " + std::to_string(answer->id()) + ": " + *misfit) : std::nullopt;
}

void StreamState::OnReadingEnded(StreamCall& call) {
    const std::lock_guard lock(mutex_);
    call.ReadingEnded();
}

void StreamState::OnDone(StreamCall& call, const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    call.Ended(status);
    changed_.notify_all();
}

void StreamState::Run() {
    while (AwaitWork() && AwaitReconnect(MakeCall())) {
    }
    channel_.reset();
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
}

bool StreamState::AwaitWork() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || closed_ || !unanswered_.empty(); });
    return !failure_ && !unanswered_.empty();
}

StreamState::End StreamState::MakeCall() {
    std::unique_lock lock(mutex_);
    StreamCall call(*this, channel_);
    call_ = &call;
    written_ = 0;
    answered_ = false;
    refused_ = false;
    if (failure_) {
        call.Cancel();
    }
    Pump();

    auto stalled = false;
    const auto waits = [&] { return (written_ > 0 || IsDone()) && !with_callback_ && !stalled; };
    while (!call.status()) {
        if (!waits()) {
            changed_.wait(lock, [&] { return call.status() || waits(); });
        } else if (std::chrono::steady_clock::now() >= waiting_since_ + options_.progress_timeout) {
            stalled = true;
            call.Cancel();
        } else {
            changed_.wait_until(lock, waiting_since_ + options_.progress_timeout, [&] { return call.status().has_value(); });
        }
    }
    call_ = nullptr;
    if (stalled) {
        return {Ending::Away, {.code = grpc::StatusCode::UNAVAILABLE, .message = "the service does not answer"}};
    }
    if (call.status()->ok()) {
        return {Ending::Away, {.code = grpc::StatusCode::UNAVAILABLE, .message = "the service ended the stream with messages unanswered"}};
    }
    return {EndingOf(*call.status()), call.error()};
}

bool StreamState::AwaitReconnect(const End& end) {
    std::unique_lock lock(mutex_);
    if (answered_) {
        backoff_.Reset();
        failing_since_.reset();
        cut_ = false;
    }
    const auto is_final = end.ending == Ending::Refused && !refused_;
    if (unanswered_.empty() && !is_final) {
        return true;
    }
    if (is_final || options_.patience.count() == 0) {
        FailLeaving(end.error);
        return false;
    }
    if (end.ending == Ending::Cut) {
        if (auto answer = Culprit(end)) {
            lock.unlock();
            OnAnswer(std::move(answer));
            lock.lock();
            backoff_.Reset();
            failing_since_.reset();
            cut_ = false;
        }
    }

    if (end.error.retry_after.count() > 0) {
        // The service itself has said when to come back: patience is for one that is not there.
        failing_since_.reset();
    }
    const auto now = std::chrono::steady_clock::now();
    failing_since_ = failing_since_.value_or(now);
    if (now - *failing_since_ >= options_.patience) {
        FailLeaving({.code = grpc::StatusCode::UNAVAILABLE, .message = end.error.message});
        return false;
    }

    changed_.wait_for(lock, backoff_.Next(), [&] { return failure_ != nullptr; });
    reconnects_++;
    return true;
}

std::optional<v1::ScoreResponse> StreamState::Culprit(const End& end) {
    if (written_ == 0) {
        return std::nullopt;
    }
    if (!cut_ || suspects_ == 0 || written_ > 1) {
        suspects_ = std::max(suspects_, written_);
        cut_ = true;
        return std::nullopt;
    }

    v1::ScoreResponse answer;
    answer.set_id(unanswered_.front().id);
    answer.mutable_error()->set_code(static_cast<std::uint32_t>(end.error.code));
    answer.mutable_error()->set_message("both calls with this message were cut off: " + end.error.message);
    return answer;
}

bool StreamState::HasRoom(std::size_t bytes) const {
    return messages_ == 0 || (messages_ < options_.max_in_flight_messages && bytes_ + bytes <= options_.max_in_flight_bytes);
}

void StreamState::Pump() {
    if (!call_ || !call_->can_write()) {
        return;
    }
    if (written_ < unanswered_.size()) {
        if (suspects_ > 0 && written_ > 0) {
            return;
        }
        if (written_ == 0) {
            waiting_since_ = std::chrono::steady_clock::now();
        }
        const auto& next = unanswered_[written_++];
        call_->Write(next.message, suspects_ == 0 && written_ < unanswered_.size());
    } else if (closed_) {
        if (written_ == 0) {
            waiting_since_ = std::chrono::steady_clock::now();
        }
        call_->EndWrites();
    }
}

void StreamState::Leave(std::size_t bytes) {
    messages_--;
    bytes_ -= bytes;
    changed_.notify_all();
}

void StreamState::Fail(std::exception_ptr failure) {
    if (!failure_) {
        failure_ = std::move(failure);
    }
    if (call_) {
        call_->Cancel();
    }
    changed_.notify_all();
}

void StreamState::FailLeaving(Error error) {
    std::vector<std::uint64_t> ids;
    for (const auto& message : unanswered_) {
        ids.push_back(message.id);
    }
    Fail(std::make_exception_ptr(Failure(std::move(error), std::move(ids))));
}

void StreamState::ThrowIfFailed() const {
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void StreamState::ThrowIfNotOpen() const {
    ThrowIfFailed();
    if (closed_) {
        throw std::logic_error("the stream was closed");
    }
}

}  // namespace scoring
