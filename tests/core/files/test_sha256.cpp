#include "core/files/sha256.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

// Examples of FIPS 180-4 (NIST, "SHA-256 test vectors").
TEST_CASE("SHA-256 gives its published digests", "[sha256]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of pieces is that of the whole and may be asked in between", "[sha256]") {
  const std::string text =
      "The quick brown fox jumps over the lazy dog, again and again and again, far beyond a block.";
  Sha256 digest;
  for (std::size_t done = 0; done < text.size(); ++done) {
    REQUIRE(digest.hex() == sha256_hex(std::string_view(text).substr(0, done)));
    digest.update(std::string_view(text).substr(done, 1));
  }
  CHECK(digest.hex() == sha256_hex(text));
}
