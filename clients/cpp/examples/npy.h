#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

// A matrix of a .npy file, version 1, in C order.
template <typename T>
struct Npy {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<T> values;

    static Npy Read(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        file.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
        std::string magic(8, '\0');
        file.read(magic.data(), 8);
        if (magic != std::string("\x93NUMPY\x01\x00", 8)) {
            throw std::runtime_error(path.string() + " is not a .npy file of version 1");
        }
        const auto low = file.get(), high = file.get();
        std::string header(static_cast<std::size_t>(low + 256 * high), '\0');
        file.read(header.data(), static_cast<std::streamsize>(header.size()));

        const std::regex shape("'descr': '<f" + std::to_string(sizeof(T)) + R"(', 'fortran_order': False, 'shape': \((\d+), (\d+)\))");
        std::smatch match;
        if (!std::regex_search(header, match, shape)) {
            throw std::runtime_error(path.string() + " is not a matrix of this type: " + header);
        }
        Npy npy{std::stoul(match[1]), std::stoul(match[2]), {}};
        npy.values.resize(npy.rows * npy.columns);
        file.read(reinterpret_cast<char*>(npy.values.data()), static_cast<std::streamsize>(npy.values.size() * sizeof(T)));
        return npy;
    }
};
