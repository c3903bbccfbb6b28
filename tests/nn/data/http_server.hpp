// A small HTTP server on 127.0.0.1 for the tests of downloads: answers by path, and can misbehave on purpose.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace inforelay::test {

struct Answer {
  std::vector<std::uint8_t> body{};
  int status = 200;
  std::string location{};     ///< where a redirection (status 302) leads
  std::size_t held_back = 0;  ///< bytes announced in Content-Length but not sent
  bool stalls = false;        ///< after the body the connection stays open, and nothing more comes
  bool announces_length = true;
};

/// Serves one connection after another; paths without an answer are 404. Stops at the end of its life.
class HttpServer {
 public:
  explicit HttpServer(std::map<std::string, Answer> answers) : answers_(std::move(answers)) {
    ::setenv("no_proxy", "127.0.0.1", 1);  // a proxy of the machine must not come in between
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, generic, &length) != 0 || ::pipe(stop_) != 0) {
      throw std::system_error(errno, std::generic_category(), "test server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    ::close(stop_[1]);  // the reading end becomes readable for good
    thread_.join();
    ::close(stop_[0]);
    ::close(listener_);
  }

  /// "http://127.0.0.1:PORT" + path.
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int requests() const { return requests_; }

 private:
  /// True when the descriptor has something to read; false when the server is to stop.
  bool wait_for(int descriptor) const {
    pollfd both[] = {{descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    while (::poll(both, 2, -1) < 0 && errno == EINTR) {
    }
    return both[1].revents == 0;
  }

  void serve() {
    while (wait_for(listener_)) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) continue;
      answer(connection);
      ::close(connection);
    }
  }

  void answer(int connection) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      if (!wait_for(connection)) return;
      const ssize_t n = ::recv(connection, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      request.append(buffer, static_cast<std::size_t>(n));
    }
    ++requests_;
    const std::size_t begin = request.find(' ') + 1;
    const auto found = answers_.find(request.substr(begin, request.find(' ', begin) - begin));
    static const Answer missing{{}, 404};
    const Answer& reply = found == answers_.end() ? missing : found->second;
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " test\r\nConnection: close\r\n";
    if (!reply.location.empty()) head += "Location: " + reply.location + "\r\n";
    if (reply.announces_length) {
      head += "Content-Length: " + std::to_string(reply.body.size() + reply.held_back) + "\r\n";
    }
    head += "\r\n";
    send_all(connection, head.data(), head.size());
    send_all(connection, reply.body.data(), reply.body.size());
    if (reply.stalls) wait_for(connection);  // until the client hangs up
  }

  static void send_all(int connection, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t n = ::send(connection, at, size, MSG_NOSIGNAL);
      if (n <= 0) return;  // the client hung up, as it may
      at += n;
      size -= static_cast<std::size_t>(n);
    }
  }

  std::map<std::string, Answer> answers_;
  int listener_ = -1, stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

}  // namespace inforelay::test
