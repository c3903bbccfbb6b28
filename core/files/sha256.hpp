// SHA-256 digests, which identify the data that a result was computed from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

namespace inforelay {

/// SHA-256 of bytes that come in pieces (FIPS 180-4; the work is OpenSSL's).
class Sha256 {
 public:
  Sha256();

  Sha256& update(std::span<const std::uint8_t> bytes);
  Sha256& update(std::string_view text);

  /// The digest of all bytes so far, as 64 lower-case hexadecimal digits. May be called at any time, also in between.
  std::string hex() const;

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_md_ctx_st, FreeContext>;
  Context context_;
};

/// Digest of a file's bytes from `offset` on, read in blocks: it may be larger than memory. Throws DataError if the
/// file cannot be read.
std::string sha256_of_file(const std::filesystem::path& path, std::uint64_t offset = 0);

/// Digest of one piece. The empty piece has the digest e3b0c442...52b855.
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view text);

}  // namespace inforelay
