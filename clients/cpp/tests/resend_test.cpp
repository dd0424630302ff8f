#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <atomic>
#include <thread>

#include "numbered.h"
#include "service.h"

using namespace std::chrono_literals;

namespace {

TEST(Resend, LosesAndDoublesNothingWhenTheServiceIsKilledWithAFullWindow) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.max_in_flight_messages = 32});
    auto taken = std::uint64_t{0};
    auto sent = std::uint64_t{0};

    for (auto round = 1U; round <= 3; round++) {
        for (auto i = 0; i < 100; i++) {
            sent = FillWindow(stream, sent);
            ExpectNumbered(*stream.Next(), ++taken);
        }
        while (taken < sent) {
            ExpectNumbered(*stream.Next(), ++taken);
        }

        // The service is frozen first, so that nothing of a whole window has an answer when it is killed.
        service.Freeze();
        sent = FillWindow(stream, sent);
        EXPECT_EQ(sent, taken + 32);
        service.Kill();
        service.Start();
        ExpectNumbered(*stream.Next(), ++taken);
        EXPECT_GE(stream.reconnects(), round);
    }

    stream.Close();
    while (const auto result = stream.Next()) {
        ExpectNumbered(*result, ++taken);
    }
    EXPECT_EQ(taken, sent);
}

// Has a sender and a callback at work while the service ends and comes back, three times.
template <typename End>
void KeepsOnWhile(End end) {
    Service service;
    const scoring::Client client(service.target());
    std::atomic<std::uint64_t> taken = 0;
    scoring::Stream stream(client, [&](scoring::Result result) {
        ExpectNumbered(result, taken + 1);
        taken++;
        taken.notify_all();
    });
    std::atomic<std::uint64_t> sent = 0;
    std::jthread sender([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            SendNumbered(stream, ++sent);
        }
    });

    for (auto round = 1U; round <= 3; round++) {
        for (const auto goal = taken + 2000; taken < goal;) {
            taken.wait(taken);
        }
        end(service);
        service.Start();
        EXPECT_GE(sent, taken);
    }
    const auto before = taken.load();
    taken.wait(before);
    sender.request_stop();
    sender.join();
    stream.Finish();

    EXPECT_EQ(taken, sent);
    EXPECT_GE(stream.reconnects(), 3U);
}

TEST(Resend, LosesAndDoublesNothingWhenTheServiceIsKilledAtWork) {
    KeepsOnWhile([](Service& service) { service.Kill(); });
}

TEST(Resend, LosesAndDoublesNothingWhenTheServiceIsRestarted) {
    KeepsOnWhile([](Service& service) { service.Terminate(); });
}

TEST(Resend, WaitsForAServiceThatIsNotThereYet) {
    Service service;
    service.Kill();
    const scoring::Client client(service.target());
    scoring::Stream stream(client);

    SendNumbered(stream, 1);
    service.Start();

    ExpectNumbered(*stream.Next(), 1);
}

TEST(Resend, LosesPatienceWhereNobodyComesBack) {
    Service service;
    const scoring::Client client(service.target());
    scoring::Stream stream(client, {.patience = 300ms});
    SendNumbered(stream, 1);
    ExpectNumbered(*stream.Next(), 1);
    service.Kill();
    SendNumbered(stream, 2);

    try {
        (void)stream.Next();
        FAIL() << "nobody was there, and there was a result";
    } catch (const scoring::Failure& failure) {
        EXPECT_EQ(failure.code(), grpc::StatusCode::UNAVAILABLE);
    }
    EXPECT_THROW(SendNumbered(stream, 3), scoring::Failure);
    EXPECT_GE(stream.reconnects(), 1U);
}

}  // namespace
