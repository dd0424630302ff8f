#include "answer.h"

#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <array>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <vector>

#include "cases.h"

using namespace std::chrono_literals;
using scoring::Output;

namespace {

const std::vector<float> Logits(6);
constexpr std::array Row{0.0F, 0.0F, 0.0F};

scoring::Request All() {
    return {
        .classes = 3,
        .logits = Logits,
        .outputs = {Output::Scores, Output::TopK, Output::Labels, Output::Decisions, Output::LogSumExp, Output::Entropy, Output::Loss},
        .top_k = 2,
    };
}

// Of every output of two rows of three classes, with the best two of each group.
scoring::v1::ScoreResponse Answer(int groups = 1) {
    scoring::v1::ScoreResponse answer;
    answer.set_rows(2);
    answer.set_classes(3);
    answer.mutable_scores()->Resize(6, 1);
    answer.mutable_decisions()->Resize(6, 1);
    answer.mutable_top_indices()->Resize(4 * groups, 1);
    answer.mutable_top_scores()->Resize(4 * groups, 1);
    for (auto i = 0; i < 4 * groups; i++) {
        answer.add_top_labels("label");
    }
    answer.mutable_log_sum_exp()->Resize(2 * groups, 1);
    answer.mutable_entropy()->Resize(2 * groups, 1);
    answer.mutable_losses()->Resize(2 * groups, 1);
    return answer;
}

bool Fits(const scoring::Request& request, const scoring::v1::ScoreResponse& answer) { return !scoring::Asked(request).MisfitOf(answer); }

TEST(Answer, FitsItsMessageWithAllThatWasAskedForOfAHeadWithGroupsToo) {
    EXPECT_TRUE(Fits(All(), Answer()));
    EXPECT_TRUE(Fits(All(), Answer(3)));
    auto of_the_head = All();
    of_the_head.classes = 0;
    EXPECT_TRUE(Fits(of_the_head, Answer()));
    const std::vector<std::byte> data(12);
    EXPECT_TRUE(Fits({.classes = 3, .data = data, .data_type = scoring::DataType::Fp16}, Answer()));
}

TEST(Answer, MayLeaveOutWhatWasNotAskedFor) {
    scoring::v1::ScoreResponse scores;
    scores.set_rows(2);
    scores.set_classes(3);
    scores.mutable_scores()->Resize(6, 1);
    EXPECT_TRUE(Fits({.classes = 3, .logits = Logits}, scores));
    EXPECT_FALSE(Fits(All(), scores));

    scoring::v1::ScoreResponse nothing;
    nothing.set_classes(3);
    EXPECT_TRUE(Fits({.classes = 3}, nothing));
    nothing.set_rows(7);
    nothing.set_classes(0);
    EXPECT_FALSE(Fits({}, nothing));
}

TEST(Answer, OfAnotherSizeDoesNotFit) {
    const std::vector<std::function<void(scoring::v1::ScoreResponse&)>> changes{
        [](auto& answer) { answer.set_rows(3); },
        [](auto& answer) { answer.set_classes(2); },
        [](auto& answer) { answer.set_rows(3), answer.set_classes(2); },
        [](auto& answer) { answer.mutable_scores()->Resize(5, 1); },
        [](auto& answer) { answer.mutable_scores()->Resize(12, 1); },
        [](auto& answer) { answer.clear_scores(); },
        [](auto& answer) { answer.mutable_decisions()->Resize(7, 1); },
        [](auto& answer) { answer.mutable_top_indices()->Resize(3, 1); },
        [](auto& answer) { answer.mutable_top_scores()->Resize(2, 1); },
        [](auto& answer) { answer.mutable_top_labels()->RemoveLast(); },
        [](auto& answer) { answer.mutable_log_sum_exp()->Resize(1, 1); },
        [](auto& answer) { answer.clear_entropy(); },
        [](auto& answer) { answer.mutable_losses()->Resize(3, 1); },
        [](auto& answer) { answer.set_top_indices(0, 3); },
        [](auto& answer) { answer.add_invalid_rows(2); },
    };
    for (std::size_t i = 0; i < changes.size(); i++) {
        auto answer = Answer();
        changes[i](answer);
        EXPECT_FALSE(Fits(All(), answer)) << i;
    }
}

TEST(Result, HasNoRowBeyondItsScores) {
    scoring::v1::ScoreResponse response;
    response.set_rows(2);
    response.set_classes(4000000000);
    response.mutable_scores()->Resize(4, 1);
    const scoring::Result wide(response);
    EXPECT_THROW((void)wide.scores_of(0), std::out_of_range);

    response.set_classes(3);
    const scoring::Result cut(response);
    EXPECT_EQ(cut.scores_of(0).size(), 3U);
    EXPECT_THROW((void)cut.scores_of(1), std::out_of_range);
    EXPECT_THROW((void)cut.scores_of(2), std::out_of_range);
    EXPECT_THROW((void)cut.scores_of(static_cast<std::size_t>(-1)), std::out_of_range);
    EXPECT_THROW((void)cut.top_label(0), std::out_of_range);

    response.clear_scores();
    EXPECT_THROW((void)scoring::Result(response).scores_of(0), std::out_of_range);
}

TEST(Stream, MayBeDestroyedAfterAnAnswerThatIsNoMessage) {
    const ScriptedServer server("an answer is no message");
    const scoring::Client client(server.target());
    scoring::Stream stream(client, {.progress_timeout = std::chrono::milliseconds::max()});
    for (auto i = 0; i < 3; i++) {
        stream.Send({.classes = 3, .logits = Row});
    }

    EXPECT_FALSE(stream.Next()->error());
    try {
        (void)stream.Next();
        FAIL() << "what is no message was handed out";
    } catch (const scoring::Failure& failure) {
        EXPECT_EQ(failure.code(), grpc::StatusCode::INTERNAL);
    }
}

TEST(Answer, ThatIsCompressedIsRefusedBeforeItComes) {
    const ScriptedServer server(R"({"calls": [[{"do": "say_compressed"}, {"do": "hold"}]]})");
    const scoring::Client client(server.target(), {.call_timeout = 20s});
    scoring::Stream stream(client, {.progress_timeout = 20s});
    stream.Send({.classes = 3, .logits = Row});

    for (const auto& call : {std::function([&] { (void)client.Score({.classes = 3, .logits = Row}); }), std::function([&] { (void)stream.Next(); })}) {
        try {
            call();
            FAIL() << "there was a result";
        } catch (const scoring::Failure& failure) {
            EXPECT_EQ(failure.code(), grpc::StatusCode::INTERNAL) << failure.what();
        }
    }
}

TEST(Options, MayBeForEver) {
    constexpr auto forever = std::chrono::milliseconds::max();
    const ScriptedServer server("the service is unavailable for a while");
    const scoring::Client client(server.target(), {.connect_timeout = forever, .call_timeout = forever, .keepalive_time = forever, .keepalive_timeout = forever});
    scoring::Stream stream(client, {.patience = forever, .progress_timeout = forever});
    for (auto i = 0; i < 3; i++) {
        stream.Send({.classes = 3, .logits = Row});
    }
    stream.Close();
    for (auto i = 0; i < 3; i++) {
        EXPECT_FALSE(stream.Next()->error());
    }

    EXPECT_FALSE(client.Score({.classes = 3, .logits = Row}).error());
    EXPECT_FALSE(client.Score({.classes = 3, .logits = Row}, forever).error());
}

}  // namespace
