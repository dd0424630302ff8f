#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <atomic>
#include <future>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "numbered.h"
#include "service.h"

using namespace std::chrono_literals;

namespace {

TEST(Stream, AnswersEachMessageOnceAndInOrder) {
    const Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client);
    constexpr auto Count = 5000U;

    const std::jthread sender([&] {
        for (auto id = 1U; id <= Count; id++) {
            EXPECT_EQ(SendNumbered(stream, id), id);
        }
        stream.Close();
    });

    auto last = std::uint64_t{0};
    while (const auto result = stream.Next()) {
        ExpectNumbered(*result, ++last);
    }
    EXPECT_EQ(last, Count);
    EXPECT_FALSE(stream.Next());
    EXPECT_EQ(stream.reconnects(), 0U);
}

TEST(Stream, HandsResultsToACallbackInOrder) {
    const Service service;
    const scoring::Client client(service.target());
    auto last = std::uint64_t{0};
    scoring::Stream stream(client, [&](scoring::Result result) { ExpectNumbered(result, ++last); });

    for (auto id = 1U; id <= 1000; id++) {
        SendNumbered(stream, id);
    }
    stream.Finish();

    EXPECT_EQ(last, 1000U);
}

TEST(Stream, GoesOnAfterABadMessage) {
    const Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client);
    const std::vector<float> nan{0, 1, 2, 3, std::numeric_limits<float>::quiet_NaN(), 5};

    SendNumbered(stream, 1);
    stream.Send({.head = "nobody", .classes = 3, .logits = nan});
    stream.Send({.classes = 3, .logits = nan});
    SendNumbered(stream, 4);
    stream.Close();

    ExpectNumbered(*stream.Next(), 1);
    const auto no_head = stream.Next();
    EXPECT_EQ(no_head->id(), 2U);
    ASSERT_TRUE(no_head->error());
    EXPECT_EQ(no_head->error()->code, grpc::StatusCode::NOT_FOUND);
    EXPECT_FALSE(no_head->error()->row);
    const auto no_number = stream.Next();
    EXPECT_EQ(no_number->id(), 3U);
    ASSERT_TRUE(no_number->error());
    EXPECT_EQ(no_number->error()->code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(no_number->error()->row, 1U);
    EXPECT_EQ(no_number->error()->column, 1U);
    EXPECT_EQ(no_number->error()->retry_after, 0ms);
    ExpectNumbered(*stream.Next(), 4);
    EXPECT_FALSE(stream.Next());
}

TEST(Stream, KeepsNoMoreMessagesInFlightThanItsWindowHas) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.max_in_flight_messages = 7});
    service.Freeze();

    EXPECT_EQ(FillWindow(stream, 0), 7U);
    service.Thaw();

    // A place is free as soon as a result was taken, and not before.
    ExpectNumbered(*stream.Next(), 1);
    EXPECT_EQ(FillWindow(stream, 7), 8U);
    for (auto id = 2U; id <= 8; id++) {
        ExpectNumbered(*stream.Next(), id);
    }
}

TEST(Stream, KeepsNoMoreBytesInFlightThanItsWindowHas) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.max_in_flight_bytes = 100});
    service.Freeze();

    // 8 bytes each.
    EXPECT_EQ(FillWindow(stream, 0), 12U);
    service.Thaw();
    for (auto id = 1U; id <= 12; id++) {
        ExpectNumbered(*stream.Next(), id);
    }

    // A larger one travels alone.
    const std::vector<float> large(64);
    EXPECT_TRUE(stream.TrySend({.classes = 64, .logits = large}));
    EXPECT_EQ(FillWindow(stream, 13), 13U);
    EXPECT_EQ(stream.Next()->scores().size(), 64U);
}

TEST(Stream, CarriesMessagesLargerThanTheTransportsWindow) {
    const Service service;
    const scoring::Client client(service.target());
    auto rows = std::size_t{0};
    scoring::Stream stream(client, [&](scoring::Result result) {
        EXPECT_FALSE(result.error());
        EXPECT_EQ(result.scores().size(), 1000000U);
        rows += result.rows();
    });
    const std::vector<float> logits(1000000, 1);

    for (auto i = 0; i < 20; i++) {
        stream.Send({.classes = 1000, .logits = logits});
    }
    stream.Finish();

    EXPECT_EQ(rows, 20000U);
}

TEST(Stream, EndsWithWhatItsCallbackThrows) {
    const Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, [](const scoring::Result&) { throw std::range_error("enough"); });

    SendNumbered(stream, 1);

    EXPECT_THROW(stream.Finish(), std::range_error);
}

TEST(Stream, WakesWhatWaitsWhenItIsCancelled) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.max_in_flight_messages = 1});
    service.Freeze();
    SendNumbered(stream, 1);

    std::jthread sender([&] { EXPECT_THROW(SendNumbered(stream, 2), scoring::Failure); });
    std::jthread taker([&] { EXPECT_THROW((void)stream.Next(), scoring::Failure); });
    stream.Cancel();
}

TEST(Stream, IsNotSentToWhereAnotherWaitsForRoom) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.max_in_flight_messages = 1});
    service.Freeze();
    SendNumbered(stream, 1);

    std::atomic<bool> sends = false;
    std::jthread sender([&] {
        sends = true;
        EXPECT_THROW(SendNumbered(stream, 2), scoring::Failure);
    });
    // Whether or not the other has come to its wait: there is no room either way.
    while (!sends) {
        std::this_thread::yield();
    }
    const std::vector<float> logits(3);
    auto attempts = std::async(std::launch::async, [&] {
        for (auto i = 0; i < 100000; i++) {
            EXPECT_FALSE(stream.TrySend({.classes = 3, .logits = logits}));
        }
    });
    EXPECT_EQ(attempts.wait_for(30s), std::future_status::ready);
    stream.Cancel();
}

TEST(Stream, MayBeSentToByItsCallbackWhileAnotherWaitsForRoom) {
    const Service service;
    const scoring::Client client(service.target());
    const std::vector<float> logits(3);
    const scoring::Request request{.classes = 3, .logits = logits};
    constexpr auto Count = 2000U;
    auto last = std::uint64_t{0};
    std::atomic<unsigned> sent = 0;
    std::atomic<scoring::Stream*> itself = nullptr;
    scoring::Stream stream(
        client,
        [&](scoring::Result result) {
            EXPECT_EQ(result.id(), ++last);
            auto* const own = itself.load();
            sent += own != nullptr && own->TrySend(request) ? 1 : 0;
        },
        {.max_in_flight_messages = 2});
    itself = &stream;

    auto sending = std::async(std::launch::async, [&] {
        for (auto i = 0U; i < Count; i++) {
            stream.Send(request);
            sent++;
        }
    });
    if (sending.wait_for(60s) != std::future_status::ready) {
        stream.Cancel();
        EXPECT_THROW(sending.get(), scoring::Failure);
        FAIL() << "the sender waits for ever, with " << sent << " sent";
    }
    itself = nullptr;
    stream.Finish();
    EXPECT_EQ(last, sent);
}

TEST(Stream, MayBeLeftWithMessagesInFlight) {
    Service service;
    const scoring::Client client(service.target());
    for (auto i = 0; i < 100; i++) {
        scoring::Stream stream(client);
        FillWindow(stream, 0);
        if (i % 2 == 0) {
            ExpectNumbered(*stream.Next(), 1);
        }
    }
    const scoring::Stream unused(client);
}

TEST(Stream, TakesNothingOnceItIsClosed) {
    const Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client);
    stream.Close();

    EXPECT_THROW(SendNumbered(stream, 1), std::logic_error);
    EXPECT_FALSE(stream.Next());
}

}  // namespace
