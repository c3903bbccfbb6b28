// SHA-256 digests: what names the data that a result was computed from.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace inforelay {

/// SHA-256 of bytes that come in pieces (FIPS 180-4; the work is OpenSSL's).
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  Sha256& update(std::span<const std::uint8_t> bytes);
  Sha256& update(std::string_view text);

  /// The digest of all bytes so far, as 64 lower-case hexadecimal digits. May be asked at any time, also in between.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Digest of one piece. The empty piece has the digest e3b0c442...52b855.
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view text);

}  // namespace inforelay
