#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <scoring/v1/scoring.pb.h>

namespace scoring {

// Takes requests that are encoded already, and gives answers as they came, where the generated stub would want messages.
using ScoringStub = grpc::GenericStub;

inline constexpr auto ScoreMethod = "/scoring.v1.ScoringService/Score";
inline constexpr auto ListHeadsMethod = "/scoring.v1.ScoringService/ListHeads";
inline constexpr auto ScoreStreamMethod = "/scoring.v1.ScoringService/ScoreStream";
inline constexpr auto ErrorTrailer = "scoring-error-bin";

}  // namespace scoring
