#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <memory>
#include <optional>
#include <utility>

#include "answer.h"
#include "call_end.h"
#include "methods.h"
#include "stream_state.h"

namespace scoring {

// One bidirectional call of a stream, which reads all the time. What is public is called, and its fields guarded, by the stream's lock.
class StreamCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
public:
    StreamCall(StreamState& stream, const std::shared_ptr<grpc::Channel>& channel) : stream_(stream) {
        ScoringStub(channel).PrepareBidiStreamingCall(&context_, ScoreStreamMethod, {}, this);
        // Writes come from any thread: the call must not end under them before reading has ended.
        AddHold();
        StartRead(&answer_);
        StartCall();
    }

    // One message is written at a time. After a write that failed none can start, nor once reading has ended, for the call may then be over.
    bool can_write() const noexcept { return !writing_ && !writes_done_ && !reading_ended_; }

    // Where more follow, gRPC may hold this one back until the next, so that many go out in one flush.
    void Write(const grpc::ByteBuffer& message, bool more_follow) {
        writing_ = true;
        message_ = message;
        grpc::WriteOptions options;
        if (more_follow) {
            options.set_buffer_hint();
        }
        StartWrite(&message_, options);
    }

    void EndWrites() {
        writes_done_ = true;
        StartWritesDone();
    }

    void Written() noexcept { writing_ = false; }
    void ReadingEnded() noexcept { reading_ended_ = true; }
    void Cancel() { context_.TryCancel(); }
    void Ended(const grpc::Status& status) { status_ = status; }
    const std::optional<grpc::Status>& status() const noexcept { return status_; }
    // What ended it, once it has ended.
    Error error() const { return ErrorOf(*status_, context_); }

private:
    void OnWriteDone(bool ok) override {
        if (ok) {
            stream_.OnWritten(*this);
        }
    }

    void OnReadDone(bool ok) override {
        if (ok) {
            stream_.OnAnswer(Read<v1::ScoreResponse>(answer_));
            answer_.Clear();
            StartRead(&answer_);
        } else {
            stream_.OnReadingEnded(*this);
            RemoveHold();
        }
    }

    void OnDone(const grpc::Status& status) override { stream_.OnDone(*this, status); }

    StreamState& stream_;
    grpc::ClientContext context_;
    grpc::ByteBuffer answer_;
    // The one that is being written. A copy, since its answer may come before gRPC is done with it.
    grpc::ByteBuffer message_;
    bool writing_ = false;
    bool writes_done_ = false;
    bool reading_ended_ = false;
    std::optional<grpc::Status> status_;
};

}  // namespace scoring
