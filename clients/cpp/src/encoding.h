#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <scoring/request.h>

#include <cstdint>

namespace scoring {

// The message as it goes over the wire. It shares its memory with its copies, so that it is kept for sending again at no cost.
//
// The large field is copied once, from the caller's memory into a slice that the transport sends from. A generated message would
// copy it twice: into its own field, and from there into slices. (To send from the caller's memory itself would be unsafe: the
// transport may hold on to it after a call was cancelled.)
grpc::ByteBuffer Encode(const Request& request, std::uint64_t id);

}  // namespace scoring
