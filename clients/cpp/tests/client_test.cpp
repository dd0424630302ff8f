#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "service.h"

using namespace std::chrono_literals;
using scoring::Output;

namespace {

constexpr std::array Logits{1.0F, 2.0F, 3.0F, 0.0F, 0.0F, 0.0F};

TEST(Client, ScoresTheRowsOfAMessage) {
    const Service service;
    const scoring::Client client(service.target());

    const auto result = client.Score({.classes = 3, .logits = Logits});

    ASSERT_FALSE(result.error());
    EXPECT_EQ(result.rows(), 2U);
    EXPECT_EQ(result.classes(), 3U);
    const auto sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
    for (std::size_t i = 0; i < 3; i++) {
        EXPECT_NEAR(result.scores_of(0)[i], std::exp(Logits[i]) / sum, 1e-7);
        EXPECT_NEAR(result.scores_of(1)[i], 1.0 / 3, 1e-7);
    }
}

TEST(Client, GetsTheOutputsItAsksForAndNoOther) {
    const Service service;
    const scoring::Client client(service.target());
    constexpr std::array<std::uint32_t, 2> targets{2, 0};

    const auto result = client.Score({
        .classes = 3,
        .logits = Logits,
        .outputs = {Output::TopK, Output::Decisions, Output::LogSumExp, Output::Entropy, Output::Loss},
        .top_k = 2,
        .temperature = 2.0F,
        .targets = targets,
    });

    ASSERT_FALSE(result.error());
    EXPECT_TRUE(result.scores().empty());
    EXPECT_EQ(std::vector(result.top_indices().begin(), result.top_indices().end()), (std::vector<std::uint32_t>{2, 1, 0, 1}));
    EXPECT_EQ(result.top_scores().size(), 4U);
    EXPECT_EQ(std::vector(result.decisions().begin(), result.decisions().end()), (std::vector<std::uint32_t>{0, 0, 1, 1, 0, 0}));
    const auto log_sum = std::log(std::exp(0.5) + std::exp(1.0) + std::exp(1.5));
    EXPECT_NEAR(result.log_sum_exp()[0], log_sum, 1e-6);
    EXPECT_NEAR(result.losses()[0], log_sum - 1.5, 1e-6);
    EXPECT_NEAR(result.entropy()[1], std::log(3.0), 1e-6);
}

TEST(Client, SendsHalfPrecisionAsData) {
    const Service service;
    const scoring::Client client(service.target());
    constexpr std::array<std::uint16_t, 2> bf16{0x0000, 0x3F80};  // 0 and 1

    const auto result = client.Score({.classes = 2, .data = std::as_bytes(std::span(bf16)), .data_type = scoring::DataType::Bf16});

    ASSERT_FALSE(result.error());
    EXPECT_NEAR(result.scores()[1], 1 / (1 + std::exp(-1.0)), 1e-7);
}

TEST(Client, IsToldOfAHeadThatIsNotThere) {
    const Service service;
    const scoring::Client client(service.target());

    const auto result = client.Score({.head = "nobody", .classes = 3, .logits = Logits});

    ASSERT_TRUE(result.error());
    EXPECT_EQ(result.error()->code, grpc::StatusCode::NOT_FOUND);
    EXPECT_NE(result.error()->message.find("nobody"), std::string::npos);
    EXPECT_TRUE(result.scores().empty());
}

TEST(Client, IsToldTheRowAndColumnOfANaN) {
    const Service service;
    const scoring::Client client(service.target());
    auto logits = Logits;
    logits[4] = std::numeric_limits<float>::quiet_NaN();

    const auto refused = client.Score({.classes = 3, .logits = logits});
    const auto flagged = client.Score({.classes = 3, .logits = logits, .outputs = {scoring::Output::TopK}, .non_finite = scoring::NonFinite::Flag});

    ASSERT_TRUE(refused.error());
    EXPECT_EQ(refused.error()->code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(refused.error()->row, 1U);
    EXPECT_EQ(refused.error()->column, 1U);
    ASSERT_FALSE(flagged.error());
    EXPECT_EQ(std::vector(flagged.invalid_rows().begin(), flagged.invalid_rows().end()), std::vector<std::uint32_t>{1});
    EXPECT_EQ(flagged.top_indices()[1], 4294967295U);
}

TEST(Client, ThrowsWhereNobodyAnswers) {
    Service service;
    const scoring::Client client(service.target());
    service.Kill();

    try {
        (void)client.Score({.classes = 3, .logits = Logits}, 5s);
        FAIL() << "nobody was there, and there was a result";
    } catch (const scoring::Failure& failure) {
        EXPECT_EQ(failure.code(), grpc::StatusCode::UNAVAILABLE);
    }
}

TEST(Client, ThrowsAtItsDeadline) {
    Service service;
    const scoring::Client client(service.target());
    (void)client.Score({.classes = 3, .logits = Logits});
    service.Freeze();

    try {
        (void)client.Score({.classes = 3, .logits = Logits}, 100ms);
        FAIL() << "the service was frozen, and there was a result";
    } catch (const scoring::Failure& failure) {
        EXPECT_EQ(failure.code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    }
}

TEST(Client, RefusesARequestWithTwoKindsOfNumbers) {
    const scoring::Client client("127.0.0.1:1");
    const auto request = scoring::Request{.logits = Logits, .data = std::as_bytes(std::span(Logits))};

    EXPECT_THROW((void)client.Score(request), std::invalid_argument);
}

}  // namespace
