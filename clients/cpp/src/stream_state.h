#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <scoring/stream.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "answer.h"
#include "backoff.h"
#include "call_end.h"

namespace scoring {

class StreamCall;

// The way of a message: Send encodes it into unanswered_; Pump writes it to the call there is; its answer moves it to ready_, or goes
// to the callback; Next takes it from there and frees its place in the window. A new call starts again at the front of unanswered_,
// so that nothing is lost, and nothing that was answered is sent again.
//
// A thread of the stream makes one call after another. gRPC's threads report to it through StreamCall.
class StreamState {
public:
    StreamState(const Client& client, Stream::Callback callback, const StreamOptions& options);
    ~StreamState();
    StreamState(const StreamState&) = delete;
    StreamState& operator=(const StreamState&) = delete;

    std::optional<std::uint64_t> Send(const Request& request, bool wait);
    void Close();
    std::optional<Result> Next();
    void Finish();
    void Cancel();
    std::uint64_t reconnects() const;

    // What a call reports, from gRPC's threads. No answer: what came is none.
    void OnWritten(StreamCall& call);
    void OnAnswer(std::optional<v1::ScoreResponse> answer);
    void OnReadingEnded(StreamCall& call);
    void OnDone(StreamCall& call, const grpc::Status& status);

private:
    struct Sent {
        std::uint64_t id;
        std::size_t bytes;
        grpc::ByteBuffer message;
        Asked asked;
    };

    struct Ready {
        Result result;
        std::size_t bytes;
    };

    void Run();
    bool AwaitWork();
    // How a call ended: the ending, and why.
    struct End {
        Ending ending;
        Error error;
    };

    End MakeCall();
    bool AwaitReconnect(const End& end);
    // The answer of a message that has had two calls cut off, or nothing where it is not known which one it is.
    std::optional<v1::ScoreResponse> Culprit(const End& end);

    // All that follows is called with the lock held.
    // What is wrong with an answer to the next message, or nothing.
    std::optional<std::string> FaultOf(const std::optional<v1::ScoreResponse>& answer) const;
    bool HasRoom(std::size_t bytes) const;
    void Pump();
    void Leave(std::size_t bytes);
    void Fail(std::exception_ptr failure);
    // Whether all was sent and answered, so that the call has but to end.
    bool IsDone() const { return closed_ && unanswered_.empty(); }
    void FailLeaving(Error error);
    void ThrowIfFailed() const;
    void ThrowIfNotOpen() const;

    const Stream::Callback callback_;
    const StreamOptions options_;

    mutable std::mutex mutex_;
    // Notified on each change that someone may wait for.
    std::condition_variable changed_;
    std::deque<Sent> unanswered_;
    std::deque<Ready> ready_;
    // Places taken in the window: by messages that are unanswered, ready, or with the callback.
    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t last_id_ = 0;
    bool closed_ = false;
    // Whether somebody sends, which is from the look for room until the message is in the queue, and whether that one waits for room.
    bool sending_ = false;
    bool waiting_for_room_ = false;
    // Whether the stream's thread is at its end, and no further call is made.
    bool over_ = false;
    std::exception_ptr failure_;
    std::uint64_t reconnects_ = 0;

    // Of the call there is, if any: how many of unanswered_ were written to it, whether it has answered any, and the last of them with an
    // error.
    StreamCall* call_ = nullptr;
    std::size_t written_ = 0;
    bool answered_ = false;
    bool refused_ = false;
    // Since when an answer is waited for, unless the callback has one.
    std::chrono::steady_clock::time_point waiting_since_;
    bool with_callback_ = false;

    // How many of unanswered_ are sent one at a time, since a call was cut off with them, and whether none was answered since.
    std::size_t suspects_ = 0;
    bool cut_ = false;

    // Of the stream's thread alone. The channel is given back at its end.
    std::shared_ptr<grpc::Channel> channel_;
    Backoff backoff_;
    std::optional<std::chrono::steady_clock::time_point> failing_since_;

    // Last, so that all it uses is there before it starts.
    std::thread thread_;
};

}  // namespace scoring
