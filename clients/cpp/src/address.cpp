#include "address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace scoring {

namespace {

constexpr std::array<std::string_view, 6> SchemesOfGrpc{"dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:", "xds:"};

bool IsForGrpc(std::string_view address) {
    return std::ranges::any_of(SchemesOfGrpc, [&](auto scheme) { return address.starts_with(scheme) && address.find_first_not_of('/', scheme.size()) != address.npos; });
}

// Takes the scheme off, whose letters may be of either case.
bool Skip(std::string_view& address, std::string_view scheme) {
    const auto is_same = [](char given, char lower) { return given == lower || (given >= 'A' && given <= 'Z' && given - 'A' + 'a' == lower); };
    if (address.size() < scheme.size() || !std::ranges::equal(address.substr(0, scheme.size()), scheme, is_same)) {
        return false;
    }
    address.remove_prefix(scheme.size());
    return true;
}

bool IsHost(std::string_view host) {
    if (host.starts_with('[')) {
        return host.size() > 2 && host.find_first_of("] \t\r\n", 1) == host.size() - 1;
    }
    return !host.empty() && host.find_first_of(" \t\r\n/:@?#[],") == host.npos;
}

// host:port; where there is no port the other one, which may be none either.
std::optional<std::string> HostAndPort(std::string_view text, std::optional<std::uint16_t> otherwise) {
    const auto colon = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    const auto host = text.substr(0, colon);
    auto port = otherwise;
    if (colon != text.npos) {
        const auto digits = text.substr(colon + 1);
        std::uint16_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        port = error == std::errc() && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
    }
    if (!IsHost(host) || port.value_or(0) == 0) {
        return std::nullopt;
    }
    return std::string(host) + ":" + std::to_string(*port);
}

}  // namespace

std::string TargetOf(const std::string& address, bool has_credentials) {
    if (IsForGrpc(address)) {
        return address;
    }

    std::string_view rest = address;
    const auto is_clear_text = Skip(rest, "http://");
    const auto is_tls = !is_clear_text && Skip(rest, "https://");
    if ((is_clear_text || is_tls) && rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    const auto target = HostAndPort(rest, is_clear_text ? std::optional<std::uint16_t>(80) : is_tls ? std::optional<std::uint16_t>(443) : std::nullopt);
    if (!target) {
        throw std::invalid_argument("'" + address + "' is no address of a service; one reads host:port, http://host:port, https://host:port, unix:/path or dns:///host:port");
    }
    if (is_tls && !has_credentials) {
        throw std::invalid_argument("'" + address + "' is TLS, and there are no credentials; set ClientOptions::credentials to grpc::SslCredentials({})");
    }
    if (is_clear_text && has_credentials) {
        throw std::invalid_argument("'" + address + "' is clear text, and there are credentials; with TLS it reads https://");
    }
    return *target;
}

}  // namespace scoring
