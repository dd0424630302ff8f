#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

// The real service, as a process of its own on a port of its own. The environment variable SCORING names its program.
class Service {
public:
    Service();
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

    // Starts the program on the same port as before, and waits until it listens.
    void Start();
    // Ends it on the spot.
    void Kill();
    // Has it stop as an operator would, and waits for its end.
    void Terminate();
    // Holds all its threads still, and lets them go on.
    void Freeze();
    void Thaw();

private:
    void End(int signal);
    void Signal(int signal) const;

    std::uint16_t port_;
    pid_t process_ = -1;
};
