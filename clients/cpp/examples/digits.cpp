// Streams the logits of a classifier of digits through a running service, one row a message, and compares with probabilities in
// float64.
//
//   digits localhost:8080 tests/data

#include <scoring/scoring.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <span>

#include "npy.h"

namespace {

constexpr double Tolerance = 3e-7;

bool Compare(const char* target, const std::filesystem::path& data) {
    const auto logits = Npy<float>::Read(data / "digits.logits.npy");
    const auto expected = Npy<double>::Read(data / "digits.probabilities.npy");
    if (expected.rows != logits.rows || expected.columns != logits.columns) {
        throw std::runtime_error("logits and probabilities are of different shapes");
    }

    const scoring::Client client(target);
    double worst = 0;
    auto good = true;
    std::size_t row = 0;
    scoring::Stream stream(client, [&](scoring::Result result) {
        if (result.error()) {
            throw std::runtime_error("message " + std::to_string(result.id()) + ": " + result.error()->message);
        }
        if (result.id() != ++row || result.scores().size() != expected.columns) {
            throw std::runtime_error("a result is not that of the next row");
        }
        for (std::size_t column = 0; column < expected.columns; column++) {
            const auto error = std::abs(result.scores()[column] - expected.values[(row - 1) * expected.columns + column]);
            worst = std::max(worst, error);
            good = good && error <= Tolerance;  // a NaN is not
        }
    });

    for (std::size_t i = 0; i < logits.rows; i++) {
        stream.Send({.classes = static_cast<std::uint32_t>(logits.columns),
                     .logits = std::span(logits.values).subspan(i * logits.columns, logits.columns)});
    }
    stream.Finish();

    if (row != logits.rows) {
        throw std::runtime_error("not every row had an answer");
    }
    std::printf("%zu rows of %zu classes; the greatest error is %.2g\n", row, logits.columns, worst);
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: digits TARGET DATA\n");
        return EXIT_FAILURE;
    }
    try {
        return Compare(argv[1], argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "digits: %s\n", exception.what());
        return EXIT_FAILURE;
    }
}
