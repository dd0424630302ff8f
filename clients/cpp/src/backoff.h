#pragma once

#include <chrono>
#include <random>

namespace scoring {

// How long to wait before the next attempt: doubling up to a cap, less up to a half at random, so that many clients of a service that
// comes back do not all come at once.
class Backoff {
public:
    Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max) : min_(min), max_(max), next_(min) {}

    std::chrono::milliseconds Next();

    void Reset() { next_ = min_; }

private:
    std::chrono::milliseconds min_;
    std::chrono::milliseconds max_;
    std::chrono::milliseconds next_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace scoring
