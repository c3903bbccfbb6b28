// `--list`: what there is to be named in a configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

/// configs, datasets, measures, metrics, figures, settings.
const std::vector<std::string_view>& list_topics();

/// A line for each item of the topic, with what it is. Throws UsageError, listing the topics, if there is no such one.
std::string describe_list(std::string_view topic);

/// A script for `shell`, bash or zsh, that completes options, configurations, topics and settings. Throws UsageError
/// for another shell.
std::string completion_script(std::string_view shell);

}  // namespace inforelay
