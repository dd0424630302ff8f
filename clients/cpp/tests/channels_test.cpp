#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <list>
#include <sstream>
#include <string>
#include <thread>

#include "numbered.h"
#include "service.h"

using namespace std::chrono_literals;

namespace {

// Those that stand, as the system knows the service's ends of them.
std::size_t ConnectionsTo(const Service& service) {
    std::ostringstream port;
    port << ':' << std::hex << std::uppercase << std::stoi(service.target().substr(service.target().find(':') + 1));
    std::ifstream sockets("/proc/net/tcp");
    std::size_t count = 0;
    for (std::string line; std::getline(sockets, line);) {
        std::istringstream fields(line);
        std::string number, local, remote, state;
        fields >> number >> local >> remote >> state;
        count += local.ends_with(port.str()) && state == "01" ? 1 : 0;
    }
    return count;
}

void UntilConnections(const Service& service, std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (ConnectionsTo(service) != count && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_EQ(ConnectionsTo(service), count);
}

TEST(Channels, CarryAsManyStreamsAtOnceAsOneLikes) {
    constexpr auto Streams = 300;
    const Service service;
    {
        const scoring::Client client(service.target());
        const auto row = NumberedRow(1);
        std::list<scoring::Stream> streams;

        for (auto i = 0; i < Streams; i++) {
            SendNumbered(streams.emplace_back(client, scoring::StreamOptions{.patience = 20s, .progress_timeout = 20s}), 1);
        }
        for (auto& stream : streams) {
            ExpectNumbered(*stream.Next(), 1);
        }
        EXPECT_FALSE(client.Score({.classes = 2, .logits = row}).error());
        EXPECT_EQ(ConnectionsTo(service), 3U);

        // Those that have ended hold no connection, though they are still there.
        for (auto& stream : streams) {
            stream.Finish();
        }
        UntilConnections(service, 1);
        EXPECT_FALSE(client.Score({.classes = 2, .logits = row}).error());
        EXPECT_EQ(streams.front().reconnects(), 0U);
    }
    UntilConnections(service, 0);
}

TEST(Channels, StayWithTheirStreamsWhereTheClientIsLeft) {
    const Service service;
    std::list<scoring::Stream> streams;
    {
        const scoring::Client client(service.target());
        for (auto i = 0; i < 101; i++) {
            streams.emplace_back(client);
        }
    }

    for (auto& stream : streams) {
        SendNumbered(stream, 1);
        ExpectNumbered(*stream.Next(), 1);
        stream.Finish();
    }
}

}  // namespace
