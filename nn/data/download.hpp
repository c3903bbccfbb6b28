// Download of published files over HTTP, with several mirrors, time-outs, and verification before a file gets its name.
#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/published_files.hpp"

namespace inforelay {

struct DownloadOptions {
  /// Base addresses, tried in turn for each file; each ends in "/". http or https only, also after a redirection.
  /// Empty: those of the source.
  std::vector<std::string> mirrors{};
  std::chrono::milliseconds connect_timeout{10000};
  /// A mirror that sends less than 1000 bytes per second for this long is abandoned; at least 1.
  std::chrono::seconds stall_timeout{20};
};

/// Downloads those of `files` that `folder` lacks, as NAME.gz, and creates the folder if necessary. A file is verified
/// (SHA-256 of the uncompressed content) before it is put in place, so an interrupted or damaged download leaves
/// nothing behind; calling again continues with the files still missing. Reports bytes of uncompressed content to
/// `progress`, and notes each file. Throws DataError that names each mirror and its reason, in one line; IoError if the
/// folder cannot be written; Interrupted, within about a second, if progress requests a stop.
void download_files(const std::filesystem::path& folder, std::span<const PublishedFile> files,
                    const DownloadOptions& options, Progress& progress = Progress::none());

}  // namespace inforelay
