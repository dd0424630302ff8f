#pragma once

#include <scoring/error.h>
#include <scoring/v1/scoring.pb.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace scoring {

// The answer to one message. Owns its memory; the spans live as long as it does, and moving it leaves them as they are.
class Result {
public:
    explicit Result(v1::ScoreResponse response);

    std::uint64_t id() const noexcept { return response_->id(); }
    // What there is instead of all that follows where the message could not be scored, or else null.
    const Error* error() const noexcept { return error_.get(); }
    std::size_t rows() const noexcept { return response_->rows(); }
    std::size_t classes() const noexcept { return response_->classes(); }

    // rows × classes, row-major.
    std::span<const float> scores() const noexcept { return SpanOf(response_->scores()); }
    // The scores of one row, from 0. Throws std::out_of_range where there are none.
    std::span<const float> scores_of(std::size_t row) const;
    // rows × k, best first; 4294967295 for a row that has no score.
    std::span<const std::uint32_t> top_indices() const noexcept { return SpanOf(response_->top_indices()); }
    std::span<const float> top_scores() const noexcept { return SpanOf(response_->top_scores()); }
    // As many as top_indices, or none.
    std::size_t top_labels() const noexcept { return static_cast<std::size_t>(response_->top_labels_size()); }
    // Throws std::out_of_range where there is none.
    std::string_view top_label(std::size_t i) const;
    std::span<const float> log_sum_exp() const noexcept { return SpanOf(response_->log_sum_exp()); }
    std::span<const float> entropy() const noexcept { return SpanOf(response_->entropy()); }
    std::span<const float> losses() const noexcept { return SpanOf(response_->losses()); }
    // rows × classes of 0 or 1.
    std::span<const std::uint32_t> decisions() const noexcept { return SpanOf(response_->decisions()); }
    // The rows that NonFinite::Flag set aside.
    std::span<const std::uint32_t> invalid_rows() const noexcept { return SpanOf(response_->invalid_rows()); }
    const v1::Receipt& receipt() const noexcept { return response_->receipt(); }

private:
    template <typename T>
    static std::span<const T> SpanOf(const google::protobuf::RepeatedField<T>& field) noexcept {
        return {field.data(), static_cast<std::size_t>(field.size())};
    }

    // On the heap, so that a move never touches the numbers.
    std::unique_ptr<const v1::ScoreResponse> response_;
    std::unique_ptr<const Error> error_;
};

}  // namespace scoring
