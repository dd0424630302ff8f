#include <gtest/gtest.h>
#include <scoring/scoring.h>

#include <array>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cases.h"

using std::chrono::milliseconds;

namespace {

struct Options {
    scoring::ClientOptions client;
    scoring::StreamOptions stream;
};

Options OptionsOf(const Json& play) {
    Options options;
    const auto* given = Find(play, "options");
    if (given == nullptr) {
        return options;
    }

    for (const auto& [name, value] : given->struct_value().fields()) {
        const auto number = static_cast<long>(value.number_value());
        const milliseconds time(number);
        const std::map<std::string, std::function<void()>> all{
            {"max_in_flight_messages", [&] { options.stream.max_in_flight_messages = static_cast<std::size_t>(number); }},
            {"max_in_flight_bytes", [&] { options.stream.max_in_flight_bytes = static_cast<std::size_t>(number); }},
            {"patience_ms", [&] { options.stream.patience = time; }},
            {"progress_timeout_ms", [&] { options.stream.progress_timeout = time; }},
            {"connect_timeout_ms", [&] { options.client.connect_timeout = time; }},
            {"keep_alive_delay_ms", [&] { options.client.keepalive_time = time; }},
            {"keep_alive_timeout_ms", [&] { options.client.keepalive_timeout = time; }},
            {"call_timeout_ms", [&] { options.client.call_timeout = time; }},
            {"max_attempts", [&] { options.client.max_attempts = static_cast<int>(number); }},
        };
        all.at(name)();
    }
    return options;
}

std::vector<scoring::Output> OutputsOf(const Json& play) {
    static const std::map<std::string, scoring::Output> all{
        {"scores", scoring::Output::Scores}, {"top_k", scoring::Output::TopK}, {"labels", scoring::Output::Labels}};
    std::vector<scoring::Output> outputs;
    if (const auto* names = Find(play, "outputs")) {
        for (const auto& name : names->list_value().values()) {
            outputs.push_back(all.at(name.string_value()));
        }
    }
    return outputs;
}

// What came of a case.
struct Outcome {
    std::vector<std::optional<scoring::Error>> results;
    std::optional<scoring::Error> error;
    std::vector<std::uint64_t> unanswered;
    bool cancelled = false;
};

std::optional<scoring::Error> ErrorOf(const scoring::Result& result) { return result.error() ? std::optional(*result.error()) : std::nullopt; }

void RunStream(const scoring::Client& client, const scoring::StreamOptions& options, const Json& play, Outcome& outcome) {
    const std::vector<float> logits(static_cast<std::size_t>(Number(play, "logits", 3)));
    const auto outputs = OutputsOf(play);
    const auto messages = static_cast<int>(Number(play, "messages", 1));
    const auto cancel_after = static_cast<std::size_t>(Number(play, "cancel_after", 1e9));
    scoring::Stream stream(client, options);
    const auto* source = Find(play, "source");
    const auto waits = source != nullptr && source->string_value() == "waits";
    std::jthread sender([&] {
        try {
            for (auto i = 0; i < messages; i++) {
                stream.Send({.classes = static_cast<std::uint32_t>(logits.size()), .logits = logits, .outputs = outputs});
            }
            if (!waits) {
                stream.Close();
            }
        } catch (const scoring::Failure&) {
            // The receiving side is told, too.
        }
    });
    while (const auto result = stream.Next()) {
        EXPECT_EQ(result->id(), outcome.results.size() + 1);
        outcome.results.push_back(ErrorOf(*result));
        if (outcome.results.size() == cancel_after) {
            outcome.cancelled = true;
            stream.Cancel();
        }
    }
}

Outcome Play(const Json& play) {
    const ScriptedServer server(Find(play, "name")->string_value());
    const auto options = OptionsOf(play);
    if (const auto* environment = Find(play, "environment")) {
        for (const auto& [name, value] : environment->struct_value().fields()) {
            ::setenv(name.c_str(), value.string_value().c_str(), 1);
        }
    }
    const scoring::Client client(server.target(), options.client);
    Outcome outcome;
    try {
        if (Find(play, "rpc")->string_value() == "stream") {
            RunStream(client, options.stream, play, outcome);
            return outcome;
        }

        constexpr std::array logits{0.0F, 0.0F, 0.0F};
        const auto result = client.Score({.classes = 3, .logits = logits, .outputs = OutputsOf(play)});
        // What is wrong with the one message of a call is how the call fails.
        if (result.error()) {
            outcome.error = *result.error();
        } else {
            outcome.results.push_back(std::nullopt);
        }
    } catch (const scoring::Failure& failure) {
        outcome.error = failure.error();
        outcome.unanswered = failure.unanswered();
    }
    return outcome;
}

grpc::StatusCode CodeOf(const Json& error) {
    static const std::map<std::string, grpc::StatusCode> codes{
        {"UNKNOWN", grpc::StatusCode::UNKNOWN},
        {"CANCELLED", grpc::StatusCode::CANCELLED},
        {"INVALID_ARGUMENT", grpc::StatusCode::INVALID_ARGUMENT},
        {"DEADLINE_EXCEEDED", grpc::StatusCode::DEADLINE_EXCEEDED},
        {"PERMISSION_DENIED", grpc::StatusCode::PERMISSION_DENIED},
        {"RESOURCE_EXHAUSTED", grpc::StatusCode::RESOURCE_EXHAUSTED},
        {"UNIMPLEMENTED", grpc::StatusCode::UNIMPLEMENTED},
        {"INTERNAL", grpc::StatusCode::INTERNAL},
        {"UNAVAILABLE", grpc::StatusCode::UNAVAILABLE},
        {"UNAUTHENTICATED", grpc::StatusCode::UNAUTHENTICATED},
    };
    return codes.at(Find(error, "code")->string_value());
}

void ExpectError(const Json& expected, const std::optional<scoring::Error>& error) {
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, CodeOf(expected)) << error->message;
    if (const auto* message = Find(expected, "message")) {
        EXPECT_EQ(error->message, message->string_value());
        EXPECT_EQ(error->row ? static_cast<double>(*error->row) : -1, Number(expected, "row", -1));
        EXPECT_EQ(error->column ? static_cast<double>(*error->column) : -1, Number(expected, "column", -1));
        EXPECT_EQ(static_cast<double>(error->retry_after.count()), Number(expected, "retry_after_ms", 0));
    }
}

class Case : public testing::TestWithParam<Json> {};

TEST_P(Case, IsPlayedAsByEveryClient) {
    const auto& play = GetParam();
    const auto& expected = *Find(play, "expect");

    const auto outcome = Play(play);

    std::vector<Json> results;
    if (const auto* wanted = Find(expected, "results")) {
        if (wanted->has_string_value()) {
            results.assign(static_cast<std::size_t>(Number(play, "messages", 1)), *wanted);
        } else {
            results.assign(wanted->list_value().values().begin(), wanted->list_value().values().end());
        }
    }
    ASSERT_EQ(outcome.results.size(), results.size()) << (outcome.error ? outcome.error->message : "");
    for (std::size_t i = 0; i < results.size(); i++) {
        if (results[i].has_string_value()) {
            EXPECT_FALSE(outcome.results[i]) << outcome.results[i]->message;
        } else {
            ExpectError(results[i], outcome.results[i]);
        }
    }

    EXPECT_EQ(outcome.cancelled, Find(expected, "cancelled") != nullptr);
    if (const auto* error = Find(expected, "error")) {
        ExpectError(*error, outcome.error);
        if (const auto* ids = Find(*error, "unanswered")) {
            std::vector<std::uint64_t> unanswered;
            for (const auto& id : ids->list_value().values()) {
                unanswered.push_back(static_cast<std::uint64_t>(id.number_value()));
            }
            EXPECT_EQ(outcome.unanswered, unanswered);
        }
    } else if (outcome.cancelled) {
        EXPECT_EQ(outcome.error->code, grpc::StatusCode::CANCELLED);
    } else {
        EXPECT_FALSE(outcome.error) << outcome.error->message;
    }
}

std::string NameOf(const testing::TestParamInfo<Json>& info) {
    auto name = Find(info.param, "name")->string_value();
    for (auto& character : name) {
        if (!std::isalnum(static_cast<unsigned char>(character))) {
            character = '_';
        }
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Case, testing::ValuesIn(Cases()), NameOf);

TEST(Settings, AreThoseThatEveryClientHas) {
    const scoring::ClientOptions client;
    const scoring::StreamOptions stream;
    const auto number = [](auto value) { return static_cast<double>(value); };
    const std::map<std::string, double> settings{
        {"max_in_flight_messages", number(stream.max_in_flight_messages)},
        {"max_in_flight_bytes", number(stream.max_in_flight_bytes)},
        {"patience_ms", number(stream.patience.count())},
        {"progress_timeout_ms", number(stream.progress_timeout.count())},
        {"connect_timeout_ms", number(client.connect_timeout.count())},
        {"keep_alive_delay_ms", number(client.keepalive_time.count())},
        {"keep_alive_timeout_ms", number(client.keepalive_timeout.count())},
        {"call_timeout_ms", number(client.call_timeout.count())},
        {"max_attempts", number(client.max_attempts)},
    };
    const auto all = ReadJson("settings.json");
    std::map<std::string, double> expected;
    for (const auto& [name, value] : all.struct_value().fields()) {
        expected[name] = value.number_value();
    }
    EXPECT_EQ(settings, expected);
}

}  // namespace
