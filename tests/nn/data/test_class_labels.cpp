#include "nn/data/class_labels.hpp"

#include "core/error.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Integers = std::vector<std::int64_t>;
using Words = std::vector<std::string>;
using Symbols = std::vector<Symbol>;

TEST_CASE("Integers become classes in numerical order, named by their numbers", "[data]") {
  const ClassLabels classes = classes_of({Integers{10, -3, 9}, Integers{9, 200}}, {}, "f");
  CHECK(classes.names == Words{"-3", "9", "10", "200"});
  CHECK(classes.sets == std::vector<Symbols>{{2, 0, 1}, {1, 3}});
  Integers letters;
  for (int i = 0; i < 260; ++i) letters.push_back(1 + i % 26);
  const ClassLabels named = classes_of({letters}, {}, "emnist");
  CHECK(named.names.size() == 26);
  CHECK(named.names.front() == "1");
  CHECK(named.sets[0][25] == 25);
}

TEST_CASE("Names of classes stand for integers in numerical order", "[data]") {
  const ClassLabels classes = classes_of({Integers{5, 1, 5}}, {"shirt", "ankle boot"}, "f");
  CHECK(classes.names == Words{"shirt", "ankle boot"});
  CHECK(classes.sets[0] == Symbols{1, 0, 1});
  CHECK_THROWS_WITH(classes_of({Integers{5, 1, 7}}, {"a", "b"}, "f"),
                    "data.classes: 2 names, but f has 3 different labels: 1, 5, 7");
}

TEST_CASE("Words become classes in alphabetical order, or in that of the names", "[data]") {
  const std::vector<RawLabels> sets{Words{"dog", "cat"}, Words{"dog"}};
  CHECK(classes_of(sets, {}, "f").names == Words{"cat", "dog"});
  CHECK(classes_of(sets, {}, "f").sets == std::vector<Symbols>{{1, 0}, {1}});
  CHECK(classes_of(sets, {"dog", "cat"}, "f").sets == std::vector<Symbols>{{0, 1}, {0}});
  CHECK_THROWS_WITH(classes_of(sets, {"cat", "cow"}, "f"), "f: the label 'dog' is not among data.classes: cat, cow");
  CHECK_THROWS_WITH(classes_of(sets, {"cat", "dog", "cow"}, "f"), "data.classes: no sample of f has the label 'cow'");
}

TEST_CASE("Names of classes that are listed twice are refused", "[data]") {
  const std::string message = "data.classes: 'a' is listed twice, expected once";
  CHECK_THROWS_WITH(classes_of({Words{"a", "b"}}, {"a", "a", "b"}, "f"), message);
  CHECK_THROWS_WITH(classes_of({Integers{1, 2}}, {"a", "a"}, "f"), message);
}

TEST_CASE("Labels that are no classes are errors", "[data]") {
  CHECK_THROWS_WITH(classes_of({Integers{4, 4}}, {}, "f"), "f: 1 different label, expected from 2 to 65536");
  CHECK_THROWS_AS(classes_of({Integers{}}, {}, "f"), DataError);
  CHECK_THROWS_WITH(classes_of({Integers{1, 2}, Words{"a"}}, {}, "f"),
                    "f: the labels of one set are integers and those of the other words");
  CHECK_THROWS_WITH(classes_of({Words{"a", ""}}, {}, "f"), "f: a label is empty");
  CHECK_THROWS_WITH(classes_of({Words{"a", "b\nc"}}, {}, "f"), Catch::Contains("is no line of 1 to 200 characters"));
  CHECK_THROWS_AS(classes_of({Words{"a", std::string(201, 'x')}}, {}, "f"), DataError);
  Integers many(max_symbols + 1);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i);
  CHECK_THROWS_AS(classes_of({many}, {}, "f"), DataError);
  many.pop_back();
  CHECK(classes_of({many}, {}, "f").names.size() == max_symbols);
}
