#pragma once

#include <scoring/client.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace scoring {

class StreamState;

struct StreamOptions {
    // Messages that were sent and whose results have not been taken yet. At least 1.
    std::size_t max_in_flight_messages = 64;
    // Bytes of those messages. A single message may be larger; it then travels alone.
    std::size_t max_in_flight_bytes = 8 << 20;
    // Between two attempts the stream waits from the first to the second, doubling, less up to a half at random.
    std::chrono::milliseconds min_reconnect_delay{50};
    std::chrono::milliseconds max_reconnect_delay{2000};
    // How long attempts go on without a single answer; 0 for none but the first. Then the stream fails with UNAVAILABLE.
    std::chrono::milliseconds patience{30000};
    // How long a call may bring no answer to what was sent, or no end once all is answered, before it is given up, and made again if need be.
    std::chrono::milliseconds progress_timeout{60000};
};

// Scores any number of messages: exactly one result for each, in the order of sending. Where a call breaks and the service has not said
// no, the stream makes another and sends again what was not answered. A message that has two calls cut off has that as its error.
//
// All of it may be called from any thread; senders take turns. Send waits while the window is full, so a single thread that sends and
// takes uses TrySend. The window counts a message until its result was taken, so what a stream holds is bounded on either side.
//
// The destructor cancels what is under way and joins the stream's thread: nothing runs on.
class Stream {
public:
    using Callback = std::function<void(Result)>;

    // Results are taken by Next.
    explicit Stream(const Client& client, const StreamOptions& options = {});

    // Results are handed to the callback, one at a time and in order, on a thread that is not the caller's. While it runs no further result is
    // received. It must not call Send or Finish, or destroy the stream. What it throws ends the stream and comes out of Send and Finish.
    Stream(const Client& client, Callback callback, const StreamOptions& options = {});

    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Sends a message and returns its id; ids count from 1. Waits for room in the window. Throws Failure if the stream has failed.
    std::uint64_t Send(const Request& request);

    // The same, but returns nothing at once where there is no room, or where another waits for room in Send. May be called by the callback.
    std::optional<std::uint64_t> TrySend(const Request& request);

    // Tells that no more will be sent.
    void Close();

    // The next result; nothing once the stream was closed, all its results were taken and its last call has ended. Throws Failure if the
    // stream has failed, after the results that came before.
    std::optional<Result> Next();

    // Closes, and waits until each message was answered and the last call has ended. For streams with a callback.
    void Finish();

    // Ends the stream at once, from any thread: what waits in Send, Next or Finish fails with CANCELLED.
    void Cancel();

    // How many times the stream has connected anew.
    std::uint64_t reconnects() const;

private:
    std::unique_ptr<StreamState> state_;
};

}  // namespace scoring
