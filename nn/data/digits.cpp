#include "nn/data/digits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "core/files/sha256.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "nn/data/digit_strokes.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

using detail::PenPoint;
using detail::PenStroke;

// To be raised whenever an image changes: it is part of the digest that identifies the data.
constexpr int generator_version = 1;
constexpr std::size_t digits = 10;

// Variation between writers. Set so that the paper's 784-20-10 network finds these images about as hard as MNIST's.
constexpr double jitter = 0.032;     // of each point of the skeleton, in heights of the digit
constexpr double bend = 0.045;       // amplitude of a slow wave across the digit
constexpr double rotation = 0.11;    // radians
constexpr double slant = 0.21;       // horizontal shift per height
constexpr double log_aspect = 0.16;  // of width to height
constexpr double size_pixels = 20;   // longer side of the box that the skeleton is fitted to, as in MNIST
constexpr double log_size = 0.04;
constexpr double offset_pixels = 0.5;  // of the centre of mass
constexpr double pen_radius_pixels = 1.1;
constexpr double log_pen_radius = 0.25;
constexpr double trim = 0.06;  // of a stroke, at each end at most

struct Vec {
  double x, y;
};

/// A short piece of the pen's way: from a to b, with a round nib of that radius. In pixels at the end.
struct Segment {
  Vec a, b;
  double radius;
};

/// Uniform Catmull-Rom curve from p1 to p2, t in [0,1].
Vec catmull_rom(Vec p0, Vec p1, Vec p2, Vec p3, double t) {
  const auto blend = [t](double a, double b, double c, double d) {
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  };
  return {blend(p0.x, p1.x, p2.x, p3.x), blend(p0.y, p1.y, p2.y, p3.y)};
}

/// The points of a stroke, each moved at random; the two copies that make a corner move together.
std::vector<Vec> moved_points(const PenStroke& stroke, RandomStream& random) {
  std::vector<Vec> points;
  for (std::size_t i = 0; i < stroke.size(); ++i) {
    if (i > 0 && stroke[i] == stroke[i - 1]) {
      points.push_back(points.back());
    } else {
      const double x = stroke[i].x + jitter * random.normal();
      const double y = stroke[i].y + jitter * random.normal();
      points.push_back({x, y});
    }
  }
  return points;
}

/// The stroke as a chain of points, a random small part of its ends cut off.
std::vector<Vec> drawn_stroke(const PenStroke& stroke, RandomStream& random) {
  constexpr int steps = 5;  // between two points of the skeleton, some 1.5 to 5 pixels apart
  const std::vector<Vec> points = moved_points(stroke, random);
  const auto at = [&](std::ptrdiff_t i) {
    return points[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, std::ssize(points) - 1))];
  };
  std::vector<Vec> chain;
  for (std::ptrdiff_t i = 0; i + 1 < std::ssize(points); ++i) {
    for (int step = 0; step < steps; ++step) {
      chain.push_back(catmull_rom(at(i - 1), at(i), at(i + 1), at(i + 2), static_cast<double>(step) / steps));
    }
  }
  chain.push_back(points.back());
  const auto cut = [&] {
    return static_cast<std::ptrdiff_t>(random.uniform(0, trim) * static_cast<double>(chain.size()));
  };
  const std::ptrdiff_t front = cut(), back = cut();
  return {chain.begin() + front, chain.end() - back};
}

/// The hand: a slow wave, a shift of the waist, then slant, width and rotation, about the digit's middle.
class Hand {
 public:
  explicit Hand(RandomStream& random)
      : wave_x_(bend * random.normal()),
        wave_y_(bend * random.normal()),
        phase_x_(random.uniform(0, 2 * std::numbers::pi)),
        phase_y_(random.uniform(0, 2 * std::numbers::pi)),
        waist_(0.18 * random.normal()) {
    const double angle = rotation * random.normal();
    const double shear = slant * random.normal() + 0.1;
    const double width = std::exp(log_aspect * random.normal());
    const double c = std::cos(angle), s = std::sin(angle);
    // Rotation times slant times width.
    xx_ = c * width, xy_ = -c * shear - s;
    yx_ = s * width, yy_ = -s * shear + c;
  }

  Vec operator()(Vec p) const {
    const double x = p.x - 0.35 + wave_x_ * std::sin(4 * p.y + phase_x_);
    const double y = p.y - 0.5 + wave_y_ * std::sin(5 * p.x + phase_y_) + waist_ * p.y * (1 - p.y);
    return {xx_ * x + xy_ * y, yx_ * x + yy_ * y};
  }

 private:
  double wave_x_, wave_y_, phase_x_, phase_y_, waist_;
  double xx_, xy_, yx_, yy_;
};

/// All strokes of a digit as segments, in the hand's own units, with the pen's radius in pixels.
std::vector<Segment> written(int digit, RandomStream& random) {
  const auto styles = detail::digit_styles(digit);
  const auto& style = styles[random.below(styles.size())];
  const Hand hand(random);
  const double radius = pen_radius_pixels * std::exp(log_pen_radius * random.normal());
  const double pressure = random.uniform(0, 0.25), phase = random.uniform(0, 2 * std::numbers::pi);
  std::vector<Segment> segments;
  for (const PenStroke& stroke : style) {
    const std::vector<Vec> chain = drawn_stroke(stroke, random);
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      const double here = radius * (1 + pressure * std::sin(0.13 * static_cast<double>(i) + phase));
      segments.push_back({hand(chain[i]), hand(chain[i + 1]), here});
    }
  }
  return segments;
}

/// Scales the segments to the box of MNIST and moves their centre of mass to the middle of the picture, about.
/// `soft`: how far beyond its nib the pen's edge reaches, both sides together, in pixels.
void frame(std::vector<Segment>& segments, double soft, RandomStream& random) {
  Vec low{1e9, 1e9}, high{-1e9, -1e9};
  double length = 0;
  Vec moment{0, 0};
  for (const auto& [a, b, radius] : segments) {
    low = {std::min({low.x, a.x, b.x}), std::min({low.y, a.y, b.y})};
    high = {std::max({high.x, a.x, b.x}), std::max({high.y, a.y, b.y})};
    const double piece = std::hypot(b.x - a.x, b.y - a.y);
    length += piece;
    moment = {moment.x + piece * (a.x + b.x) / 2, moment.y + piece * (a.y + b.y) / 2};
  }
  // The box holds the ink, so the skeleton gets the pen's width less.
  const double box = size_pixels - 2 * segments.front().radius - soft;
  const double scale = box / std::max(high.x - low.x, high.y - low.y) * std::exp(log_size * random.normal());
  const double middle = digits_side / 2.0;
  const Vec shift{middle - scale * moment.x / length + offset_pixels * random.normal(),
                  middle - scale * moment.y / length + offset_pixels * random.normal()};
  for (Segment& s : segments) {
    s.a = {scale * s.a.x + shift.x, scale * s.a.y + shift.y};
    s.b = {scale * s.b.x + shift.x, scale * s.b.y + shift.y};
  }
}

double squared_distance(Vec p, const Segment& s) {
  const Vec along{s.b.x - s.a.x, s.b.y - s.a.y}, to{p.x - s.a.x, p.y - s.a.y};
  const double squared = along.x * along.x + along.y * along.y;
  const double t = squared > 0 ? std::clamp((to.x * along.x + to.y * along.y) / squared, 0.0, 1.0) : 0.0;
  const double dx = to.x - t * along.x, dy = to.y - t * along.y;
  return dx * dx + dy * dy;
}

/// Ink in [0,1] of each pixel [28,28]: 1 within the nib, falling to 0 over `soft` pixels at its edge.
using Ink = std::array<double, digits_side * digits_side>;
Ink inked(const std::vector<Segment>& segments, double soft) {
  Ink ink{};
  const auto pixel = [](double x) { return std::clamp(static_cast<int>(std::floor(x)), 0, digits_side - 1); };
  for (const Segment& s : segments) {
    const double reach = s.radius + soft / 2;
    const int left = pixel(std::min(s.a.x, s.b.x) - reach), right = pixel(std::max(s.a.x, s.b.x) + reach);
    const int top = pixel(std::min(s.a.y, s.b.y) - reach), bottom = pixel(std::max(s.a.y, s.b.y) + reach);
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) {
        const double squared = squared_distance({x + 0.5, y + 0.5}, s);
        if (squared >= reach * reach) continue;
        double& here = ink[static_cast<std::size_t>(y * digits_side + x)];
        here = std::max(here, std::min(1.0, (reach - std::sqrt(squared)) / soft));
      }
    }
  }
  return ink;
}

/// Draws one digit in [0,10) -> out [28,28], 0 (paper) to 255 (ink).
void draw_digit(int digit, RandomStream& random, std::uint8_t* out) {
  std::vector<Segment> segments = written(digit, random);
  const double soft = random.uniform(0.9, 1.6);
  frame(segments, soft, random);
  const double grain = random.uniform(0, 0.12);
  for (const double ink : inked(segments, soft)) {
    // Paper stays black; ink is a little uneven.
    const double level = ink > 0 ? ink * (1 - grain * random.uniform()) : 0.0;
    *out++ = static_cast<std::uint8_t>(std::lround(255 * level));
  }
}

/// A training or test set in the making.
struct Canvas {
  RowMatrix<std::uint8_t> pixels;  ///< [N,D]
  std::vector<Symbol> labels;      ///< [N]
  RandomStream orders, images;

  Canvas(std::size_t count, const RandomStream& stream)
      : pixels(static_cast<Eigen::Index>(count), digits_side * digits_side),
        labels(count),
        orders(stream.child("labels")),
        images(stream.child("images")) {}

  void fill(const BlockRange& range) {
    std::vector<std::uint32_t> order;  // of the ten digits that image i belongs to
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (order.empty() || i % digits == 0) {
        RandomStream random = orders.child(i / digits);
        order = sample_without_replacement(digits, digits, random);
      }
      labels[i] = static_cast<Symbol>(order[i % digits]);
      RandomStream random = images.child(i);
      draw_digit(labels[i], random, pixels.row(static_cast<Eigen::Index>(i)).data());
    }
  }
};

}  // namespace

DataPair generate_digits(const DigitsOptions& options, Progress& progress) {
  constexpr std::size_t block_size = 500;
  Canvas train(options.train, RandomStream(options.seed, "digits/train"));
  Canvas test(options.test, RandomStream(options.seed, "digits/test"));
  const std::size_t train_blocks = BlockRange::count(block_size, options.train);
  const std::size_t test_blocks = BlockRange::count(block_size, options.test);
  parallel_blocks(
      train_blocks + test_blocks,
      [&](std::size_t block) {
        if (block < train_blocks) {
          train.fill(BlockRange(block, block_size, options.train));
        } else {
          test.fill(BlockRange(block - train_blocks, block_size, options.test));
        }
      },
      progress);
  const std::vector<int> shape{digits_side, digits_side};
  DataPair data;
  data.train = {std::move(train.pixels), std::move(train.labels), numbered_names(digits), shape};
  data.test = {std::move(test.pixels), std::move(test.labels), numbered_names(digits), shape};
  return data;
}

namespace {

// Not used, but a sweep may be over the data set, with settings for both.
constexpr std::string_view digits_settings[]{"path", "fallback", "download"};

DataSizes sizes(const DataOptions& options) {
  const DigitsOptions all;
  return {.train = limited(all.train, options.train_limit),
          .test = limited(all.test, options.test_limit),
          .inputs = digits_side * digits_side,
          .classes = digits,
          .rows = digits_side};
}

}  // namespace

extern const DataSource digits_source;
const DataSource digits_source{
    .name = "digits",
    .title = "generated digits",
    .about = "as many images drawn by a generator in the format of MNIST; needs no files",
    .note = "data: generated digits, not MNIST",
    .settings = digits_settings,
    .is_fallback = true,
    .sizes = sizes,
    .sha256 =
        [](const DataOptions& options) {
          const DataSizes used = sizes(options);
          return sha256_hex(fmt::format("inforelay digits version {}, seed {}, {} + {} images\n", generator_version,
                                        options.seed, used.train, used.test));
        },
    .load =
        [](const DataPlan& plan, Progress& progress) {
          const DataSizes used = sizes(plan.options);
          return generate_digits({used.train, used.test, plan.options.seed}, progress);
        },
};

}  // namespace inforelay
