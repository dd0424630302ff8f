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

}  // namespace
