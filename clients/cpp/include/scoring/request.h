#pragma once

#include <scoring/v1/scoring.pb.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace scoring {

// The element type of Request::data.
enum class DataType { Fp32 = v1::DATA_TYPE_FP32, Fp16 = v1::DATA_TYPE_FP16, Bf16 = v1::DATA_TYPE_BF16, Fp64 = v1::DATA_TYPE_FP64 };

// Something that an answer may carry. What is not asked for is neither computed nor sent.
enum class Output {
    Scores = v1::OUTPUT_SCORES,
    TopK = v1::OUTPUT_TOP_K,
    Decisions = v1::OUTPUT_DECISIONS,
    LogSumExp = v1::OUTPUT_LOG_SUM_EXP,
    Entropy = v1::OUTPUT_ENTROPY,
    Loss = v1::OUTPUT_LOSS,
    Labels = v1::OUTPUT_LABELS,
};

// What happens to rows that have no score.
enum class NonFinite { Reject = v1::NON_FINITE_REJECT, Flag = v1::NON_FINITE_FLAG, Propagate = v1::NON_FINITE_PROPAGATE };

// One message of rows to score; protos/scoring/v1/scoring.proto tells what each field means. The spans are the caller's memory. It is
// copied once, into what is sent, and is the caller's own again as soon as Score or Send returns.
struct Request {
    // A configured head, or the built-in softmax, log_softmax, sigmoid or linear. Empty: softmax.
    std::string head = {};
    // Logits in a row. May be 0 where the head fixes the width.
    std::uint32_t classes = 0;
    // rows × classes logits, row-major.
    std::span<const float> logits = {};
    // Instead of logits: rows × classes elements of data_type, row-major, little-endian.
    std::span<const std::byte> data = {};
    DataType data_type = DataType::Fp32;
    // Empty: the scores alone.
    std::vector<Output> outputs = {};
    // k for Output::TopK; 0 means 1.
    std::uint32_t top_k = 0;
    // Overrides the head's temperature. Finite and above 0.
    std::optional<float> temperature = {};
    // For Output::Loss: class indices (softmax), or rows × classes of 0 or 1 (sigmoid).
    std::span<const std::uint32_t> targets = {};
    // Instead of targets, for heads that have labels.
    std::span<const std::string> target_labels = {};
    NonFinite non_finite = NonFinite::Reject;
    // W3C trace context of this message.
    std::string traceparent = {};
};

}  // namespace scoring
