#include "service.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace {

sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t FreePort() {
    const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = Loopback(0);
    socklen_t size = sizeof address;
    const auto found = socket >= 0 && ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!found) {
        throw std::runtime_error("no port is free");
    }
    return ntohs(address.sin_port);
}

bool Listens(std::uint16_t port) {
    const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = Loopback(port);
    const auto connected = socket >= 0 && ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

}  // namespace

Service::Service() : port_(FreePort()) { Start(); }

Service::~Service() {
    if (process_ > 0) {
        Kill();
    }
}

void Service::Start() {
    const auto* program = std::getenv("SCORING");
    if (program == nullptr) {
        throw std::runtime_error("the environment variable SCORING does not name the service's program");
    }

    const auto port = std::to_string(port_);
    std::array arguments{program, "serve", "--address", "127.0.0.1", "--port", port.c_str(), "--http-port", "0", "--admin-port", "0",
                         static_cast<const char*>(nullptr)};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const auto failure = posix_spawn(&process_, program, &quiet, nullptr, const_cast<char* const*>(arguments.data()), environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failure != 0) {
        throw std::runtime_error(std::string(program) + " does not start");
    }

    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!Listens(port_)) {
        if (std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("the service does not listen");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void Service::Kill() { End(SIGKILL); }
void Service::Terminate() { End(SIGTERM); }
void Service::Freeze() { Signal(SIGSTOP); }
void Service::Thaw() { Signal(SIGCONT); }

void Service::End(int signal) {
    Signal(signal);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void Service::Signal(int signal) const {
    if (::kill(process_, signal) != 0) {
        throw std::runtime_error("the service is not running");
    }
}
