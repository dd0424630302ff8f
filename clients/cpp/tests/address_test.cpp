#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <scoring/scoring.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

#include "address.h"
#include "cases.h"
#include "service.h"

using namespace std::chrono_literals;

namespace {

// Where the system accepts connections, and nobody says a word on them.
class SilentAddress {
public:
    SilentAddress() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 16) != 0 ||
            ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("no port is free");
        }
        target_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    ~SilentAddress() { ::close(socket_); }
    SilentAddress(const SilentAddress&) = delete;
    SilentAddress& operator=(const SilentAddress&) = delete;

    const std::string& target() const { return target_; }

private:
    int socket_;
    std::string target_;
};

TEST(Addresses, OfThreeWithTwoSilentOnesTheThirdIsFoundInTwiceTheTimeToConnect) {
    const SilentAddress one;
    const SilentAddress two;
    const Service service;
    const scoring::Client client(
        "ipv4:" + one.target() + "," + two.target() + "," + service.target(), {.connect_timeout = 500ms});
    constexpr std::array logits{0.0F, 0.0F, 0.0F};

    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(client.Score({.classes = 3, .logits = logits}).error());
    scoring::Stream stream(client);
    stream.Send({.classes = 3, .logits = logits});
    EXPECT_FALSE(stream.Next()->error());

    EXPECT_GE(std::chrono::steady_clock::now() - began, 1000ms);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4000ms);
}

TEST(Addresses, AreTakenOrRefusedAsByEveryClient) {
    const auto addresses = ReadJson("addresses.json");
    for (const auto& fields : addresses.list_value().values()) {
        const auto address = Find(fields, "address")->string_value();
        const auto has_credentials = Find(fields, "tls") != nullptr;
        std::string became;
        try {
            became = scoring::TargetOf(address, has_credentials);
        } catch (const std::invalid_argument& error) {
            became = error.what();
        }

        if (const auto* target = Find(fields, "target")) {
            EXPECT_EQ(became, target->string_value()) << address;
        } else {
            EXPECT_TRUE(became.starts_with("'" + address + "' " + Find(fields, "refused")->string_value())) << became;
        }
    }
}

TEST(Addresses, OfGrpcSOwnAreLeftToIt) {
    for (const auto* target : {"dns:///scoring:8080", "dns:scoring", "ipv4:127.0.0.1:1,127.0.0.1:2", "unix:/run/a socket", "unix-abstract:scoring"}) {
        EXPECT_EQ(scoring::TargetOf(target, false), target);
    }
}

TEST(Addresses, AreRefusedAsSoonAsThereIsAClientForThem) {
    EXPECT_THROW(scoring::Client("nowhere"), std::invalid_argument);
    EXPECT_THROW(scoring::Client("https://localhost:1"), std::invalid_argument);
    EXPECT_NO_THROW(scoring::Client("https://localhost:1", {.credentials = grpc::SslCredentials({})}));
}

TEST(Addresses, MayBeUrls) {
    const Service service;
    const scoring::Client client("http://" + service.target());
    constexpr std::array logits{0.0F, 0.0F, 0.0F};

    EXPECT_EQ(client.Score({.classes = 3, .logits = logits}).rows(), 1U);
}

}  // namespace
