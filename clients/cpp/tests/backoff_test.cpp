#include "backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToACapAndTakesOffUpToAHalf) {
    scoring::Backoff backoff(50ms, 300ms);
    for (const auto most : {50ms, 100ms, 200ms, 300ms, 300ms}) {
        const auto delay = backoff.Next();
        EXPECT_LE(delay, most);
        EXPECT_GE(delay, most / 2);
    }

    backoff.Reset();
    EXPECT_LE(backoff.Next(), 50ms);
}

TEST(Backoff, IsNotTheSameForAll) {
    std::set<std::chrono::milliseconds> delays;
    for (auto i = 0; i < 100; i++) {
        delays.insert(scoring::Backoff(1000ms, 1000ms).Next());
    }
    EXPECT_GT(delays.size(), 10U);
}
