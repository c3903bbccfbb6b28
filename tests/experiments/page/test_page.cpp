// report.html in Chromium: its numbers are those of results.h5, it can be used with the keyboard, names are never
// markup.
#include <fmt/format.h>

#include <cstdlib>

#include "core/files/files.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/python.hpp"

namespace inforelay {
namespace {

using test::content;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;

bool has_chromium() {
  if (test::python_has("h5py") && std::system("chromium --version > /dev/null 2>&1") == 0) return true;
  SKIP_CASE("chromium or python3-h5py is not installed");
  SUCCEED();
  return false;
}

void check_script(const std::string& script, const TemporaryFolder& folder, const std::string& arguments) {
  const std::string log = (folder / "log").string();
  const int status = std::system(
      fmt::format("{} '{}/{}' {} > '{}' 2>&1", test::python, INFORELAY_PAGE_TESTS, script, arguments, log).c_str());
  INFO(content(log));
  CHECK(status == 0);
}

// A run with a page in `folder`/`name`.
void run_with_page(const TemporaryFolder& folder, const test::Arguments& arguments, const std::string& name = "out") {
  const test::ProgramResult run = run_program(with(arguments, {"-o", name, "figures={formats: [svg]}"}), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.err.find("report.html") != std::string::npos);
}

// A network that has learned something.
const test::Arguments small{quick_config,
                            "data.train_limit=2000",
                            "data.test_limit=400",
                            "networks.composite=null",
                            "networks.full.train.max_epochs=8",
                            "networks.full.train.learning_rate=1e-2"};

}  // namespace

TEST_CASE("The page equals results.h5 on 1,000 random sets, and shows contrasts and knockouts of every kind",
          "[page][python][long]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  // 2^10 sets.
  const test::Arguments ten = with(small, {"networks.full.layers=[784, 10, 10]", "networks.full.train.max_epochs=25",
                                           "analysis.regression=null", "analysis.geometry=false"});
  std::string table = "u0,u1,u2,u3,u4,u5,u6,u7,u8,u9,in,out\n";  // of three levels
  RandomStream random(1, "recording");
  for (int i = 0; i < 400; ++i) {
    const std::uint64_t input = random.below(3);
    for (int k = 0; k < 10; ++k) table += fmt::format("{},", random.uniform() < 0.5 ? input : random.below(3));
    table += fmt::format("{},{}\n", input, random.uniform() < 0.7 ? input : random.below(3));
  }
  write_file_atomically(folder / "r.csv", std::string_view(table));
  write_file_atomically(folder / "r.yaml", std::string_view("name: r\nrecordings:\n  r: {file: r.csv, input: in, "
                                                            "output: out, states: [u0, u1, u2, u3, u4, u5, u6, u7, "
                                                            "u8, u9]}\n"));
  write_file_atomically(folder / "bits.yaml", std::string_view(R"yaml(name: bits
seed: 1
data: {dataset: boolean, input_bits: 8, outputs: ["xor(1,2)", "maj(3,4,5)", "and(6,or(7,8))"], classes: [xor, maj, and_or]}
networks: {full: {layers: [8, 10, 3], train: {batch_size: 32, learning_rate: 0.01, max_epochs: 60}}}
analysis: {geometry: false, relay: {subsets: [test], exhaustive: [test]}, knockout: {subsets: [test]}}
)yaml"));
  std::vector<std::pair<std::string, test::Arguments>> runs{
      {"threshold_zero", ten},
      {"argmax_zero", with(ten, {"analysis.knockout.function=argmax"})},
      {"argmax_mean", with(ten, {"networks.full.layers=[784, 10, 10, 10]", "analysis.layers=all",
                                 "analysis.discretize={method: kmeans, levels: 3, fit: train}",
                                 "analysis.knockout={function: argmax, replace: mean, subsets: [test]}"})},
      {"whole_mean", with(ten, {"analysis.contrast=whole", "analysis.knockout.replace=mean"})},
      {"resample", with(ten, {"analysis.knockout.replace=resample"})},
      {"noise", with(ten, {"analysis.knockout.replace=noise"})},
      {"bits", {"bits.yaml"}},
      {"recording", {"r.yaml"}},
      {"recording_whole", {"r.yaml", "analysis.contrast=whole"}}};
  std::string folders;
  for (const auto& [name, arguments] : runs) {
    run_with_page(folder, arguments, name);
    folders += fmt::format(" '{}'", (folder / name).string());
  }
  check_script("compare_page.py", folder, "1000" + folders);
  check_script("use_kinds.py", folder,
               fmt::format("'{0}/resample' '{0}/bits' '{0}/whole_mean' '{0}/argmax_mean'", folder.path().string()));
  check_script("use_page.py", folder, (folder / "threshold_zero").string());
}

TEST_CASE("The page equals results.h5 of a recording, and names of classes and files that are markup stay text",
          "[page][python][long]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  std::string table = "a,b,c,d,in,out\n";
  const std::vector<std::string> words{"</script><script>window.harmed=1</script>",
                                       "<img src=x onerror=window.harmed=1>", "'\"&lt;\\u003c</style>"};
  for (std::size_t i = 0; i < 240; ++i) {
    const auto quoted = [&](std::size_t w) {
      std::string text;
      for (const char c : words[w % 3]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      return "\"" + text + "\"";
    };
    table += fmt::format("{:d},{:d},{},{},{},{}\n", i % 3 == 0, i % 3 == 1, i / 3 % 2, i / 6 % 2, quoted(i),
                         quoted(i % 7 == 0 ? i + 1 : i));
  }
  write_file_atomically(folder / "<img src=x onerror=window.harmed=1>.csv", std::string_view(table));
  write_file_atomically(folder / "t.yaml",
                        std::string_view("name: t\nrecordings:\n  r: {file: '<img src=x onerror=window.harmed=1>.csv', "
                                         "states: [a, b, c, d], input: in, output: out}\n"));
  run_with_page(folder, {"t.yaml"});
  check_script("compare_page.py", folder, "16 " + (folder / "out").string());
  check_script("use_page.py", folder, (folder / "out").string());
}

TEST_CASE("The page says of chance what results.h5 says", "[page][python]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  run_with_page(folder, with(small, {"analysis.significance={statistics: greedy, permutations: 19, maximum: 9}"}));
  check_script("compare_chance.py", folder, (folder / "out").string());
}

TEST_CASE("The page equals results.h5 of a recurrent network at each time", "[page][python][long]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  write_file_atomically(folder / "t.yaml", std::string_view(R"(name: t
seed: 1
data: {dataset: digits, train_limit: 400, test_limit: 300}
networks:
  rnn: {recurrent: {kind: rnn_tanh, units: 5, time: each, train: {loss: cross_entropy, max_epochs: 4, learning_rate: 1e-2}}}
analysis:
  geometry: false
  discretize: {method: kmeans, times: each}
  relay: {subsets: [test], exhaustive: [test]}
)"));
  run_with_page(folder, {"t.yaml"});
  check_script("compare_page.py", folder, "32 " + (folder / "out").string());
  check_script("use_time_page.py", folder, (folder / "out").string());
}

TEST_CASE("The page of a wide layer shows what can be known of it", "[page][python]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  run_with_page(folder, with(small, {"networks.full.layers=[784, 64, 10]", "data.test_limit=8000",
                                     "analysis.relay.exhaustive=[]", "analysis.knockout.sets=single",
                                     "analysis.regression=null", "networks.full.train.max_epochs=2"}));
  check_script("use_wide_page.py", folder, (folder / "out").string());
}

TEST_CASE("A page is written unless figures.page is false, and again if it is missing", "[page][long]") {
  const TemporaryFolder folder;
  const test::Arguments command = with(small, {"-o", "out", "figures={formats: [svg], page: true}"});
  REQUIRE(run_program(command, folder.path()).exit_code == 0);
  const std::filesystem::path page = folder / "out/report.html";
  const std::string first = content(page);
  CHECK(first.size() < 2'000'000);
  std::filesystem::remove(page);
  REQUIRE(run_program(command, folder.path()).exit_code == 0);
  CHECK(content(page) == first);
  REQUIRE(run_program(with(small, {"-o", "none", "figures={formats: [svg], page: false}"}), folder.path()).exit_code ==
          0);
  CHECK_FALSE(std::filesystem::exists(folder / "none/report.html"));
}

TEST_CASE("A sweep has a page that leads to those of its runs", "[page][python][long]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  run_with_page(folder, with(small, {"sweep={replicates: 2, figures: true}", "analysis.regression=null"}));
  check_script("use_sweep_page.py", folder, (folder / "out").string() + " 2");
}

TEST_CASE("The modules of the page give exact signs and the information of brute force", "[page][python]") {
  if (!has_chromium()) return;
  const TemporaryFolder folder;
  check_script("check_modules.py", folder, std::string("'") + INFORELAY_PAGE_SOURCES + "'");
}

}  // namespace inforelay
