#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace scoring {

// For ever, milliseconds::max() say, as a time that a clock of nanoseconds can still be advanced by: a hundred years.
inline std::chrono::milliseconds WithinReach(std::chrono::milliseconds time) {
    return std::min<std::chrono::milliseconds>(time, std::chrono::days(36525));
}

// The same for gRPC's own settings, whose longest time is one that never comes.
inline int WithinInt(std::chrono::milliseconds time) {
    return static_cast<int>(std::min<std::chrono::milliseconds::rep>(time.count(), std::numeric_limits<int>::max()));
}

}  // namespace scoring
