#pragma once

#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <array>
#include <cmath>
#include <cstdint>

// Rows that tell by their score which message they are of.
inline std::array<float, 2> NumberedRow(std::uint64_t id) { return {0, static_cast<float>(id % 8192) / 1024}; }

inline void ExpectNumbered(const scoring::Result& result, std::uint64_t id) {
    ASSERT_EQ(result.id(), id);
    ASSERT_FALSE(result.error()) << result.error()->message;
    ASSERT_EQ(result.scores().size(), 2U);
    ASSERT_NEAR(result.scores()[1], 1 / (1 + std::exp(-static_cast<double>(id % 8192) / 1024)), 2e-7);
}

inline std::uint64_t SendNumbered(scoring::Stream& stream, std::uint64_t id) {
    const auto row = NumberedRow(id);
    return stream.Send({.classes = 2, .logits = row});
}

// Sends until the window is full, and returns the last id that went in.
inline std::uint64_t FillWindow(scoring::Stream& stream, std::uint64_t last) {
    while (true) {
        const auto row = NumberedRow(last + 1);
        if (!stream.TrySend({.classes = 2, .logits = row})) {
            return last;
        }
        last++;
    }
}
