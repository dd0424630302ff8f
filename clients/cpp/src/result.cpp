#include <scoring/result.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "call_end.h"

namespace scoring {

Result::Result(v1::ScoreResponse response)
    : response_(std::make_unique<const v1::ScoreResponse>(std::move(response))), error_(response_->has_error() ? std::make_unique<const Error>(ErrorOf(response_->error())) : nullptr) {}

std::span<const float> Result::scores_of(std::size_t row) const {
    // A product of both could not be trusted: it may be more than there is room for.
    if (classes() > scores().size() || row >= rows() || (classes() > 0 && row > scores().size() / classes() - 1)) {
        throw std::out_of_range("row " + std::to_string(row) + " has no scores");
    }
    return scores().subspan(row * classes(), classes());
}

std::string_view Result::top_label(std::size_t i) const {
    if (i >= top_labels()) {
        throw std::out_of_range("there are " + std::to_string(top_labels()) + " labels, and none at " + std::to_string(i));
    }
    return response_->top_labels(static_cast<int>(i));
}

}  // namespace scoring
