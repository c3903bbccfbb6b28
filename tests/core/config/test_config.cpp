#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include "tests/catch2.hpp"

#include "core/config/settings.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

enum class Colour { red, green };
constexpr WordTable<Colour, 2> colour_names{{{Colour::green, "green"}, {Colour::red, "red"}}};

struct Inner {
  double rate = 0.5;
  std::optional<double> limit;
};
struct Outer {
  std::string name = "none";
  int epochs = 3;
  bool loud = false;
  Colour colour = Colour::red;
  std::vector<Colour> colours{Colour::green};
  std::vector<std::int64_t> widths{1, 2};
  std::filesystem::path file;
  Inner inner;
  std::optional<Inner> extra;
  std::vector<std::pair<std::string, Inner>> named;
  std::vector<std::string> words;
  std::vector<ConfigSeries> series;
  std::vector<std::vector<ConfigAssignment>> maps;
  std::string shout;
};

std::vector<Setting> settings_of(Inner& config) {
  return {{"rate", "", setting::Number{&config.rate, {0, 1}}}, {"limit", "", setting::Number{&config.limit, {0, 10}}}};
}
std::vector<Setting> settings_of(Outer& config) {
  using namespace setting;
  return {{"name", "", Name{&config.name}},
          {"epochs", "", Integer{&config.epochs, {1, 100}}},
          {"loud", "", Boolean{&config.loud}},
          {"colour", "", choice(config.colour, colour_names)},
          {"colours", "", choices(config.colours, colour_names)},
          {"widths", "", Integers{&config.widths, {1, 1000}, {2, 4}}},
          {"file", "", Path{&config.file}},
          {"inner", "", group(config.inner)},
          {"extra", "", group(config.extra)},
          {"named", "", named_groups(config.named)},
          {"words", "", Words{&config.words}},
          {"series", "", Series{&config.series}},
          {"maps", "", Assignments{&config.maps}},
          {"shout", "",
           Parsed{{"hey", "ho"},
                  {"hey(N)"},
                  "^hey\\([0-9]\\)$",
                  [&config] { return config.shout; },
                  [&config](const std::string& text) {
                    if (text != "hey" && text != "ho" && text != "hey(3)") throw UsageError("'{}' is no shout", text);
                    config.shout = text;
                  }}}};
}

std::string print(Outer config) { return print_settings(settings_of(config)); }

Outer read(const std::string& yaml, ConfigErrors& errors) {
  Outer config;
  const ConfigNode root = parse_config(yaml, "test.yaml", errors);
  if (root.kind == ConfigNode::Kind::map) read_settings(root, settings_of(config), errors);
  return config;
}

Outer read_ok(const std::string& yaml) {
  ConfigErrors errors;
  Outer config = read(yaml, errors);
  INFO(yaml);
  CHECK(errors.lines() == std::vector<std::string>{});
  return config;
}

std::vector<std::string> problems(const std::string& yaml) {
  ConfigErrors errors;
  read(yaml, errors);
  return errors.lines();
}

void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

TEST_CASE("Settings are read and what is missing keeps its default", "[config]") {
  const Outer defaults = read_ok("{}");
  CHECK(defaults.epochs == 3);
  CHECK(!defaults.extra);
  const Outer config = read_ok(R"(
name: abc-1
epochs: 7
loud: true
colour: green
colours: [red, green]
widths: [5, 6, 7]
inner: {rate: 1e-3, limit: 2}
extra: {}
named:
  b: {rate: 0.25}
  a: {}
)");
  CHECK(config.name == "abc-1");
  CHECK(config.epochs == 7);
  CHECK(config.loud);
  CHECK(config.colour == Colour::green);
  CHECK(config.colours == std::vector{Colour::red, Colour::green});
  CHECK(config.widths == std::vector<std::int64_t>{5, 6, 7});
  CHECK(config.inner.rate == 1e-3);
  CHECK(config.inner.limit == 2.0);
  REQUIRE(config.extra);
  CHECK(config.extra->rate == 0.5);
  REQUIRE(config.named.size() == 2);
  CHECK(config.named[0].first == "b");
  CHECK(config.named[0].second.rate == 0.25);
}

TEST_CASE("Series, assignments and words are read and printed", "[config]") {
  const Outer config = read_ok(R"(
words: [full.relay, "b"]
series:
  inner.rate: {range: {low: 0, high: 1, count: 3}}
  widths: {values: [[1, 2], [3, 4]]}
  epochs: {log_range: {low: 1, high: 100}}
maps: [{epochs: 3, widths: [1, 2]}, {named: {x: "7"}}]
)");
  CHECK(config.words == std::vector<std::string>{"full.relay", "b"});
  REQUIRE(config.series.size() == 3);
  CHECK(config.series[0].path == "inner.rate");
  CHECK(config.series[0].kind == ConfigSeries::Kind::range);
  CHECK(config.series[0].high == 1);
  CHECK(config.series[0].count == 3);
  CHECK(config.series[0].place.line == 4);
  REQUIRE(config.series[1].values.size() == 2);
  CHECK(to_yaml(config.series[1].values[1]) == "[3, 4]");
  CHECK(!config.series[2].count);
  REQUIRE(config.maps.size() == 2);
  CHECK(config.maps[0][0].path == "epochs");
  CHECK(to_yaml(config.maps[1][0].value) == "{x: \"7\"}");
  const std::string printed = print(config);
  CHECK(print(read_ok(printed)) == printed);
  CHECK(printed.find("  epochs: {log_range: {low: 1, high: 100}}\n") != std::string::npos);
}

TEST_CASE("Texts with a grammar of their own are read by it and printed, without suggestions", "[config]") {
  CHECK(read_ok("shout: hey(3)").shout == "hey(3)");
  CHECK(read_ok("shout: ho").shout == "ho");
  CHECK(read_ok("{}").shout.empty());
  CHECK(read_ok(print(read_ok("shout: hey(3)"))).shout == "hey(3)");
  CHECK(print(read_ok("{}")).find("shout") == std::string::npos);
  CHECK(problems("shout: hye") == std::vector<std::string>{"test.yaml:1:8: error: shout: 'hye' is no shout"});
  CHECK(problems("shout: [hey]") ==
        std::vector<std::string>{"test.yaml:1:8: error: shout: expected one of hey, ho, found a list"});
  Outer config;
  CHECK(settings_reference(settings_of(config)).find("`hey`, `ho`, `hey(N)`") != std::string::npos);
  CHECK(settings_json_schema("t", settings_of(config), {}).find("\"^hey\\\\([0-9]\\\\)$\"") != std::string::npos);
}

TEST_CASE("All settings are listed by their paths", "[config]") {
  Outer config;
  config.named.emplace_back("n", Inner{});
  std::vector<std::string> paths, integers;
  for (const SettablePath& setting : settable_paths(settings_of(config))) {
    paths.push_back(setting.path);
    if (setting.is_integer) integers.push_back(setting.path);
  }
  CHECK(paths == std::vector<std::string>{
                     "name",    "epochs",       "loud",          "colour", "colours",    "widths",      "file",
                     "inner",   "inner.rate",   "inner.limit",   "extra",  "extra.rate", "extra.limit", "named",
                     "named.n", "named.n.rate", "named.n.limit", "words",  "series",     "maps",        "shout"});
  CHECK(integers == std::vector<std::string>{"epochs"});
}

TEST_CASE("A value is assigned by its path", "[config]") {
  ConfigErrors errors;
  ConfigNode root = parse_config("{a: {b: 1, c: 2}, d: 3}", "test.yaml", errors);
  const ConfigNode list = parse_config("{x: [1, 'two', {three: 3}]}", "test.yaml", errors);
  CHECK(assign(root, "a.b", *list.find("x"), {}).empty());
  CHECK(assign(root, "e.f", *root.find("d"), {}).empty());
  CHECK(assign(root, "a.c", ConfigNode{}, {}).empty());
  CHECK(to_yaml(root) == "{a: {b: [1, \"two\", {three: 3}]}, d: 3, e: {f: 3}}");
  CHECK(to_yaml(*root.find_path("e.f")) == "3");
  CHECK(root.find_path("e.g") == nullptr);
  CHECK(root.find_path("d.f") == nullptr);
  CHECK(assign(root, "d.x", list, {}) == "the parent of 'x' is not a map");
  CHECK(assign(root, "a..b", list, {}) == "an empty key in the path");
}

TEST_CASE("Printed settings read back the same", "[config]") {
  const std::string yaml =
      "{name: x, epochs: 9, inner: {rate: 0.1}, extra: {limit: 3}, named: {n: {rate: 1}}, file: /a/b}";
  const std::string printed = print(read_ok(yaml));
  CHECK(print(read_ok(printed)) == printed);
  CHECK(printed.find("rate: 0.1\n") != std::string::npos);
  CHECK(printed.find("file: \"/a/b\"\n") != std::string::npos);
}

TEST_CASE("Each wrong setting is named with its place and what was expected", "[config]") {
  using Lines = std::vector<std::string>;
  const auto [yaml, expected] = GENERATE(table<std::string, std::string>({
      {"epochs: 1e3", "test.yaml:1:9: error: epochs: expected an integer (digits only, no leading zero), found '1e3'"},
      {"epochs: 010", "test.yaml:1:9: error: epochs: expected an integer (digits only, no leading zero), found '010'"},
      {"epochs: \"7\"",
       "test.yaml:1:9: error: epochs: expected an integer (digits only, no leading zero), found '7' in quotes, which "
       "make it a text"},
      {"epochs: 0", "test.yaml:1:9: error: epochs: 0 is out of range: must be in [1, 100]"},
      {"epochs: 99999999999999999999",
       "test.yaml:1:9: error: epochs: expected an integer (digits only, no leading zero), found "
       "'99999999999999999999'"},
      {"epochs: [1]", "test.yaml:1:9: error: epochs: expected an integer (digits only, no leading zero), found a list"},
      {"words: [a, a]", "test.yaml:1:12: error: words: 'a' is listed twice"},
      {"words: [a b]", "test.yaml:1:9: error: words: expected a word, found 'a b'"},
      {"series: {a..b: {values: [1]}}",
       "test.yaml:1:10: error: series: 'a..b' is not the path of a setting (networks.full.layers)"},
      {"series: {a.b: [1]}",
       "test.yaml:1:15: error: series.a.b: expected a map of one of values, range, log_range, found a list"},
      {"series: {a: {values: []}}",
       "test.yaml:1:22: error: series.a.values: 0 elements; their number must be at least 1"},
      {"series: {a: {}}", "test.yaml:1:10: error: series.a: give one of values, range, log_range"},
      {"series: {a: {values: [1], range: {low: 0, high: 1}}}",
       "test.yaml:1:10: error: series.a: give one of values, range, log_range"},
      {"series: {a: {range: {low: 1, high: 1}}}",
       "test.yaml:1:21: error: series.a.range: needs low and high, low less than high"},
      {"series: {a: {log_range: {low: 0, high: 1}}}",
       "test.yaml:1:25: error: series.a.log_range: low is 0, expected more than 0"},
      {"series: {a: {range: {low: 0, high: 1, count: 1}}}",
       "test.yaml:1:46: error: series.a.range.count: 1 is out of range: must be in [2, 100000]"},
      {"maps: [1]", "test.yaml:1:8: error: maps: expected a map of paths of settings to values, found '1'"},
      {"maps: [{}]", "test.yaml:1:8: error: maps: an empty map would match every point"},
      {"epocs: 5", "test.yaml:1:1: error: unknown key 'epocs'; did you mean 'epochs'?"},
      {"inner:\n  rat: 5", "test.yaml:2:3: error: unknown key 'rat' in inner; did you mean 'rate'?"},
      {"inner: {rate: .nan}", "test.yaml:1:15: error: inner.rate: expected a finite number, found '.nan'"},
      {"inner: {rate: nan}", "test.yaml:1:15: error: inner.rate: expected a finite number, found 'nan'"},
      {"inner: {rate: 1e999}", "test.yaml:1:15: error: inner.rate: expected a finite number, found '1e999'"},
      {"inner: {rate: 1.5}", "test.yaml:1:15: error: inner.rate: 1.5 is out of range: must be in [0, 1]"},
      {"inner: 3", "test.yaml:1:8: error: inner: expected a map of settings, found '3'"},
      {"loud: yes", "test.yaml:1:7: error: loud: expected true or false, found 'yes'"},
      {"colour: gren", "test.yaml:1:9: error: colour: expected one of green, red, found 'gren'; did you mean 'green'?"},
      {"colour: GREEN",
       "test.yaml:1:9: error: colour: expected one of green, red, found 'GREEN'; did you mean 'green'?"},
      {"colours: [red, red]", "test.yaml:1:16: error: colours: 'red' is listed twice"},
      {"widths: [1]", "test.yaml:1:9: error: widths: 1 elements; their number must be in [2, 4]"},
      {"name: ../x",
       "test.yaml:1:7: error: name: expected a name (letters, digits, '_' and '-', at most 100), found '../x'"},
      {"named: {a/b: {}}",
       "test.yaml:1:9: error: named: 'a/b' is not a name (letters, digits, '_' and '-', at most 100)"},
      {"epochs: 1\nepochs: 2", "test.yaml:2:1: error: duplicate key 'epochs'; its first value is at test.yaml:1:9"},
      {"epochs: !!int 3", "test.yaml:1:9: error: tags such as tag:yaml.org,2002:int are not supported"},
      {"[1, 2]", "test.yaml:1:1: error: expected a map of settings, found a list"},
      {"a: 1\n---\nb: 2", "test.yaml:3:1: error: a second document in one file"},
  }));
  INFO(yaml);
  CHECK(problems(yaml) == Lines{expected});
}

TEST_CASE("All errors of a file are reported together", "[config]") {
  CHECK(problems("epochs: x\nloud: 2\nnmae: y").size() == 3);
}

TEST_CASE("Broken YAML is one error with its place", "[config]") {
  const auto lines = problems("epochs: [1, 2\nname: x");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::StartsWith("test.yaml:2:") && Catch::Contains("not valid YAML"));
}

TEST_CASE("Alias bombs, deep nesting and large files are rejected", "[config]") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 9; ++j) bomb += fmt::format("{}*a{}", j ? ", " : "", i - 1);
    bomb += "]\n";
  }
  REQUIRE(problems(bomb).size() == 1);
  CHECK_THAT(problems(bomb)[0], Catch::Contains("more than 100000 values"));
  const std::string deep(5000, '[');
  REQUIRE(problems(deep).size() == 1);
  CHECK_THAT(problems(deep)[0], Catch::Contains("nested deeper than 32 levels"));
  CHECK_THAT(problems(std::string(2 << 20, ' '))[0], Catch::Contains("larger than 1048576 bytes"));
  CHECK_THAT(problems("a: &a [*a]")[0], Catch::Contains("alias"));
}

TEST_CASE("Control characters of a file do not reach a message", "[config]") {
  const auto lines = problems("\"epo\\nchs\\e[31m\": 5");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find('\n') == std::string::npos);
  CHECK(lines[0].find('\x1b') == std::string::npos);
}

TEST_CASE("Files extend others and overrides come last", "[config]") {
  const test::TemporaryFolder folder;
  write(folder / "base.yaml", "epochs: 5\ninner: {rate: 0.1, limit: 1}\nwidths: [1, 2, 3]\nextra: {}\n");
  write(folder / "top.yaml", "extends: [base.yaml]\ninner: {rate: 0.9}\nwidths: [7, 8]\nextra: ~\n");
  ConfigErrors errors;
  Outer config;
  const ConfigNode root = load_config(folder / "top.yaml", {"inner.limit=2", "named.n.rate=0.5"}, errors);
  read_settings(root, settings_of(config), errors);
  CHECK(errors.lines() == std::vector<std::string>{});
  CHECK(config.epochs == 5);
  CHECK(config.inner.rate == 0.9);
  CHECK(config.inner.limit == 2.0);
  CHECK(config.widths == std::vector<std::int64_t>{7, 8});
  CHECK(!config.extra);
  CHECK(config.named.at(0).second.rate == 0.5);
}

TEST_CASE("Overrides obey the same rules and are named in errors", "[config]") {
  const test::TemporaryFolder folder;
  write(folder / "a.yaml", "epochs: 5\n");
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"epochs=x",
       "command line, 'epochs=x': error: epochs: expected an integer (digits only, no leading zero), found 'x'"},
      {"epcohs=4", "command line, 'epcohs=4': error: unknown key 'epcohs'; did you mean 'epochs'?"},
      {"inner.rate=7", "command line, 'inner.rate=7': error: inner.rate: 7 is out of range: must be in [0, 1]"},
      {"epochs", "command line, 'epochs': error: expected key.path=value"},
      {"epochs.x=1", "command line, 'epochs.x=1': error: the parent of 'x' is not a map"},
      {"a..b=1", "command line, 'a..b=1': error: an empty key in the path"},
  }));
  ConfigErrors errors;
  Outer config;
  const ConfigNode root = load_config(folder / "a.yaml", {text}, errors);
  read_settings(root, settings_of(config), errors);
  CHECK(errors.lines() == std::vector<std::string>{expected});
}

TEST_CASE("Missing and circular bases are errors", "[config]") {
  const test::TemporaryFolder folder;
  write(folder / "a.yaml", "extends: [b.yaml]\n");
  write(folder / "b.yaml", "extends: [a.yaml]\n");
  write(folder / "c.yaml", "extends: [nowhere.yaml]\n");
  ConfigErrors circular, missing, absent;
  load_config(folder / "a.yaml", {}, circular);
  REQUIRE(circular.lines().size() == 1);
  CHECK_THAT(circular.lines()[0], Catch::Contains("b.yaml:1:11") && Catch::Contains("extends itself"));
  load_config(folder / "c.yaml", {}, missing);
  REQUIRE(missing.lines().size() == 1);
  CHECK_THAT(missing.lines()[0], Catch::Contains("c.yaml:1:11") && Catch::Contains("No such file or directory"));
  load_config(folder / "d.yaml", {}, absent);
  REQUIRE(absent.lines().size() == 1);
  CHECK_THROWS_AS(absent.throw_if_any(), UsageError);
}

TEST_CASE("Keys are a text, a list or a map, and are printed as they were written", "[config]") {
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
  const std::vector<Setting> settings{{"states", "", setting::Keys{&keys}}};
  const auto read_keys = [&](const std::string& yaml) {
    ConfigErrors errors;
    read_settings(parse_config(yaml, "t.yaml", errors), settings, errors);
    return errors.lines();
  };
  using Keys = decltype(keys);
  for (const auto& [yaml, expected] : std::vector<std::pair<std::string, Keys>>{
           {"states: \"n1..n3\"\n", {{"", {"n1..n3"}}}},
           {"states: [\"a\", \"b c\"]\n", {{"", {"a", "b c"}}}},
           {"states:\n  v1: \"x\"\n  v4: [\"y\", \"z\"]\n", {{"v1", {"x"}}, {"v4", {"y", "z"}}}}}) {
    CHECK(read_keys(yaml) == std::vector<std::string>{});
    CHECK(keys == expected);
    CHECK(print_settings(settings) == yaml);
  }
  CHECK(read_keys("states: [a, [b]]") ==
        std::vector<std::string>{"t.yaml:1:13: error: states: expected a text, found a list"});
  CHECK(read_keys("states: {}").size() == 1);
  CHECK(read_keys("states: []").size() == 1);
  CHECK(read_keys("states: {a/b: x}").size() == 1);
}

}  // namespace inforelay
