#include "cases.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

extern char** environ;

void google::protobuf::PrintTo(const Value& value, std::ostream* stream) { *stream << Find(value, "name")->string_value(); }

const Json* Find(const Json& object, const std::string& name) {
    const auto& fields = object.struct_value().fields();
    const auto field = fields.find(name);
    return field == fields.end() ? nullptr : &field->second;
}

double Number(const Json& object, const std::string& name, double otherwise) {
    const auto* value = Find(object, name);
    return value == nullptr ? otherwise : value->number_value();
}

Json ReadJson(const std::string& file) {
    std::ifstream stream(std::string(SCORING_CLIENT_CASES) + "/" + file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    Json json;
    const auto status = google::protobuf::util::JsonStringToMessage(text, &json);
    if (!status.ok()) {
        throw std::runtime_error(file + ": " + status.ToString());
    }
    return json;
}

std::vector<Json> Cases() {
    const auto cases = ReadJson("cases.json");
    return {cases.list_value().values().begin(), cases.list_value().values().end()};
}

ScriptedServer::ScriptedServer(const std::string& name) {
    // Its standard input, which ends it when it is closed, and its standard output, on which it tells its port.
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }

    const auto script = std::string(SCORING_CLIENT_CASES) + "/scripted_server.py";
    std::array arguments{"python3", script.c_str(), name.c_str(), static_cast<const char*>(nullptr)};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    const auto failure = posix_spawnp(&process_, "python3", &files, nullptr, const_cast<char* const*>(arguments.data()), environ);
    posix_spawn_file_actions_destroy(&files);
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    char byte = 0;
    while (failure == 0 && ::read(out[0], &byte, 1) == 1 && byte != '\n') {
        port_ += byte;
    }
    ::close(out[0]);
    if (port_.empty()) {
        throw std::runtime_error("the scripted server does not start");
    }
}

ScriptedServer::~ScriptedServer() {
    ::close(input_);
    ::waitpid(process_, nullptr, 0);
}
