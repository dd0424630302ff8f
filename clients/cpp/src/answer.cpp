#include "answer.h"

#include <algorithm>
#include <array>

namespace scoring {

namespace {

// Of a row that has no score.
constexpr std::uint32_t NoClass = 4294967295;

std::size_t BytesOf(DataType type) {
    switch (type) {
        case DataType::Fp64:
            return 8;
        case DataType::Fp16:
        case DataType::Bf16:
            return 2;
        default:
            return 4;
    }
}

}  // namespace

Asked::Asked(const Request& request)
    : logits_(request.data.empty() ? request.logits.size() : request.data.size() / BytesOf(request.data_type)),
      classes_(request.classes),
      top_k_(std::max(request.top_k, 1U)) {
    for (const auto output : request.outputs) {
        outputs_ |= 1U << static_cast<unsigned>(output);
    }
    if (outputs_ == 0) {
        outputs_ = 1U << static_cast<unsigned>(Output::Scores);
    }
}

std::optional<std::string> Asked::MisfitOf(const v1::ScoreResponse& answer) const {
    const std::size_t rows = answer.rows();
    if (rows * answer.classes() != logits_ || (logits_ == 0 && rows != 0) || (classes_ != 0 && answer.classes() != classes_)) {
        return std::to_string(rows) + " rows of " + std::to_string(answer.classes()) + " classes came for " + std::to_string(logits_) + " logits";
    }

    struct Size {
        Output output;
        const char* name;
        int count;
        std::size_t unit;
        bool once;
    };
    const std::array sizes{
        Size{Output::Scores, "scores", answer.scores_size(), logits_, true},
        Size{Output::Decisions, "decisions", answer.decisions_size(), logits_, true},
        Size{Output::TopK, "top_indices", answer.top_indices_size(), rows * top_k_, false},
        Size{Output::LogSumExp, "log_sum_exp", answer.log_sum_exp_size(), rows, false},
        Size{Output::Entropy, "entropy", answer.entropy_size(), rows, false},
        Size{Output::Loss, "losses", answer.losses_size(), rows, false},
    };
    for (const auto& size : sizes) {
        // What was not asked for is not there, or is as large as if it was.
        const auto count = static_cast<std::size_t>(size.count);
        const auto fits = size.unit == 0 ? count == 0 : size.once ? count == size.unit : count > 0 && count % size.unit == 0;
        if (!fits && (count > 0 || Wants(size.output))) {
            return std::string(size.name) + " are " + std::to_string(count) + " numbers, for " + std::to_string(logits_) + " logits";
        }
    }
    const auto labels_fit = answer.top_labels_size() == answer.top_indices_size() || (answer.top_labels_size() == 0 && !Wants(Output::Labels));
    if (answer.top_scores_size() != answer.top_indices_size() || !labels_fit) {
        return "there are not as many top_scores or top_labels as top_indices";
    }
    const auto names_no_class = [&](std::uint32_t index) { return index >= answer.classes() && index != NoClass; };
    if (std::ranges::any_of(answer.top_indices(), names_no_class) || std::ranges::any_of(answer.invalid_rows(), [&](std::uint32_t row) { return row >= rows; })) {
        return "it names a class or a row that is not there";
    }
    return std::nullopt;
}

}  // namespace scoring
