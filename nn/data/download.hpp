// Download of MNIST over HTTP, with several mirrors, time-outs, and verification before a file gets its name.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/mnist.hpp"

namespace inforelay {

struct DownloadOptions {
  /// Base addresses, tried in turn for each file; each ends in "/". http or https only, also after a redirection.
  std::vector<std::string> mirrors{
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
  };
  std::chrono::milliseconds connect_timeout{10000};
  /// A mirror that sends less than 1000 bytes a second for so long is given up; at least 1.
  std::chrono::seconds stall_timeout{20};
};

/// Fetches the MNIST files that `folder` lacks, as NAME.gz, and creates the folder where need be. A file is verified
/// (SHA-256 of the uncompressed content) before it is put in place, so an interrupted or damaged download leaves
/// nothing behind; calling again goes on with the files still missing. Reports bytes of uncompressed content to
/// `progress`, and notes each file. Tests pass other `files`. Throws DataError that names each mirror and its reason,
/// in one line; IoError where the folder cannot be written; Interrupted, within about a second, where progress asks.
void download_mnist(const std::filesystem::path& folder, const DownloadOptions& options,
                    Progress& progress = Progress::none(), std::span<const MnistFile> files = mnist_files);

}  // namespace inforelay
