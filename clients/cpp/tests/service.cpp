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

extern char** environ;

namespace {

std::uint16_t FreePort() {
    const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const auto found = socket >= 0 && ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!found) {
        throw std::runtime_error("no port is free");
    }
    return ntohs(address.sin_port);
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

    // A channel of its own, which has not learnt to wait from an earlier end of the service.
    const auto channel = scoring::Client(target()).channel();
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(30))) {
        throw std::runtime_error("the service does not answer");
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
