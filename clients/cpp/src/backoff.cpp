#include "backoff.h"

#include <algorithm>

namespace scoring {

std::chrono::milliseconds Backoff::Next() {
    const auto most = std::min(next_, max_);
    next_ = std::min(most * 2, max_);
    std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(most.count() / 2, most.count());
    return std::chrono::milliseconds(jitter(random_));
}

}  // namespace scoring
