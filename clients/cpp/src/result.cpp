#include <scoring/result.h>

#include <memory>
#include <utility>

#include "call_end.h"

namespace scoring {

Result::Result(v1::ScoreResponse response)
    : response_(std::make_unique<const v1::ScoreResponse>(std::move(response))), error_(response_->has_error() ? std::make_unique<const Error>(ErrorOf(response_->error())) : nullptr) {}

}  // namespace scoring
