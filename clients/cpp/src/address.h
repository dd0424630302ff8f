#pragma once

#include <string>

namespace scoring {

// What gRPC is told of an address, which takes http:// for a part of a name. Throws std::invalid_argument where it is no address.
std::string TargetOf(const std::string& address, bool has_credentials);

}  // namespace scoring
