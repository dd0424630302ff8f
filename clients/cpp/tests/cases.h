#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include <sys/types.h>

// tests/clients/cases.json, which the clients for all languages play; the README beside it tells what the fields mean.
using Json = google::protobuf::Value;

// What gtest prints of one.
namespace google::protobuf {
void PrintTo(const Value& value, std::ostream* stream);
}  // namespace google::protobuf

const Json* Find(const Json& object, const std::string& name);
double Number(const Json& object, const std::string& name, double otherwise);

// Of tests/clients.
Json ReadJson(const std::string& file);
std::vector<Json> Cases();

// The scripted server of one case, as a process of its own. The case is named, or given as JSON.
class ScriptedServer {
public:
    explicit ScriptedServer(const std::string& name);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::string target() const { return "127.0.0.1:" + port_; }

private:
    int input_ = -1;
    pid_t process_ = -1;
    std::string port_;
};
