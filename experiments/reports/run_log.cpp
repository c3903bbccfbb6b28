#include "experiments/reports/run_log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <algorithm>

#include "core/error.hpp"

namespace inforelay {

void RunLog::open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_fifo(file, ignored)) {  // opening it would wait for a reader
    throw IoError(fmt::format("log file '{}': a named pipe, expected a file", file.string()));
  }
  try {
    logger_ =
        std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()));
  } catch (const spdlog::spdlog_ex& error) {
    throw IoError(fmt::format("log file '{}': {}", file.string(), error.what()));
  }
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
  logger_->flush_on(spdlog::level::info);
  logger_->set_error_handler(
      [](const std::string&) {});  // e.g. a full disk, which is reported when results are written
}

void RunLog::line(std::string_view text) {
  if (!logger_) return;
  std::size_t begin = 0;
  do {  // each line of a longer text has its time
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    logger_->info("{}", text.substr(begin, end - begin));
    begin = end + 1;
  } while (begin < text.size());
}

void RunLog::begin(const StageStatus& stage) {
  last_update_ = Clock::now();
  line(title_of(stage));
}

void RunLog::update(const StageStatus& stage) {
  const auto now = Clock::now();
  if (now - last_update_ < interval_) return;
  last_update_ = now;
  line("        " + progress_text(stage));
}

void RunLog::end(const StageStatus& stage, double seconds) { line("        done in " + end_text(stage, seconds)); }

}  // namespace inforelay
