#include "nn/data/digit_strokes.hpp"

#include <array>
#include <cassert>
#include <initializer_list>

namespace inforelay::detail {
namespace {

using Styles = std::vector<PenStyle>;

/// x and y of each point in turn, in hundredths.
PenStroke curve(std::initializer_list<int> coordinates) {
  PenStroke stroke;
  for (const int* at = coordinates.begin(); at != coordinates.end(); at += 2) {
    stroke.push_back({static_cast<float>(at[0]) / 100, static_cast<float>(at[1]) / 100});
  }
  return stroke;
}

const Styles zero{
    // Begun at the top, anticlockwise, the ends crossing.
    {curve({45, 2, 20, 10, 5, 42, 10, 78, 33, 98, 58, 85, 68, 50, 60, 15, 42, 2, 30, 6})},
    // Begun at the top right, with a tail over the top.
    {curve({55, 10, 30, 3, 8, 30, 5, 68, 28, 97, 60, 82, 70, 42, 55, 10, 42, 0})},
    // Not quite closed.
    {curve({38, 6, 15, 20, 4, 50, 14, 85, 36, 99, 60, 80, 67, 45, 55, 14, 46, 5})},
    // Narrow.
    {curve({38, 0, 20, 20, 12, 55, 17, 88, 33, 99, 48, 80, 54, 42, 48, 10, 36, 1})},
};

const Styles one{
    {curve({30, 0, 30, 50, 30, 100})},
    {curve({32, 0, 27, 35, 30, 70, 28, 100})},
    // With a flag.
    {curve({12, 24, 25, 12, 35, 0, 35, 0, 34, 50, 34, 100})},
    // With a flag and a foot.
    {curve({14, 20, 35, 0, 35, 0, 35, 50, 35, 98}), curve({10, 100, 35, 98, 60, 100})},
};

const Styles two{
    // A straight base.
    {curve({8, 25, 20, 5, 45, 2, 62, 20, 52, 48, 28, 75, 5, 97, 5, 97, 35, 95, 70, 97})},
    // A loop at the foot.
    {curve({10, 20, 30, 2, 58, 10, 58, 35, 38, 65, 15, 92, 2, 90, 8, 76, 30, 83, 50, 97, 74, 90})},
    // Close to a Z.
    {curve({5, 14, 35, 0, 62, 12, 56, 38, 30, 65, 0, 100, 0, 100, 35, 99, 66, 100})},
    // A rounded heel.
    {curve({6, 30, 15, 8, 40, 0, 60, 16, 54, 42, 30, 68, 10, 90, 22, 96, 45, 92, 70, 98})},
};

const Styles three{
    // Two bows, a corner between them.
    {curve({8, 12, 35, 0, 58, 15, 50, 38, 25, 47, 25, 47, 55, 55, 65, 78, 45, 97, 20, 98, 2, 86})},
    // A flat top.
    {curve({8, 3, 35, 4, 58, 3, 58, 3, 42, 22, 28, 40, 28, 40, 55, 48, 65, 72, 45, 97, 15, 97, 2, 86})},
    // A small loop in the middle.
    {curve({10, 10, 40, 0, 58, 18, 45, 40, 26, 47, 24, 41, 36, 43, 60, 58, 60, 85, 32, 100, 5, 90})},
    // A wide lower bow and a shallow waist.
    {curve({12, 8, 38, 1, 52, 16, 44, 36, 34, 44, 58, 52, 68, 74, 52, 95, 24, 100, 0, 92})},
};

const Styles four{
    // Open at the top.
    {curve({12, 2, 6, 28, 4, 52, 4, 52, 35, 52, 68, 48}), curve({55, 5, 52, 50, 48, 100})},
    // Closed.
    {curve({48, 0, 25, 30, 2, 62, 2, 62, 40, 62, 72, 60}), curve({50, 0, 50, 50, 48, 100})},
    // In one stroke, rounded below.
    {curve({10, 5, 5, 35, 20, 52, 45, 45, 60, 10, 60, 10, 55, 55, 50, 100})},
    // A short stem that begins at half height.
    {curve({42, 0, 20, 30, 0, 60, 0, 60, 35, 61, 70, 58}), curve({46, 34, 42, 100})},
};

const Styles five{
    // The roof as a stroke of its own.
    {curve({15, 3, 12, 22, 10, 42, 10, 42, 35, 36, 60, 52, 60, 80, 35, 98, 5, 90}), curve({15, 3, 40, 2, 66, 0})},
    // In one stroke.
    {curve({65, 2, 42, 3, 20, 4, 20, 4, 15, 22, 12, 40, 12, 40, 40, 40, 60, 60, 50, 88, 25, 100, 2, 92})},
    // Close to an S.
    {curve({65, 3, 35, 5, 15, 20, 20, 40, 45, 52, 55, 75, 35, 97, 5, 90})},
    // A short roof, a small bow.
    {curve({52, 0, 22, 3, 22, 3, 15, 45, 15, 45, 38, 42, 52, 58, 50, 82, 30, 98, 10, 95})},
};

const Styles six{
    {curve({50, 0, 25, 20, 6, 55, 8, 85, 30, 100, 55, 88, 55, 64, 35, 53, 12, 68})},
    // A straight back, a big bow.
    {curve({30, 0, 12, 36, 3, 73, 20, 98, 50, 92, 58, 70, 40, 56, 15, 66, 7, 80})},
    // A hooked top.
    {curve({62, 10, 42, 0, 16, 24, 4, 60, 12, 90, 38, 99, 60, 82, 52, 60, 30, 55, 10, 72})},
    // A long neck, a small bow.
    {curve({42, 0, 20, 28, 7, 62, 10, 90, 28, 100, 44, 90, 42, 72, 26, 66, 10, 80})},
};

const Styles seven{
    {curve({3, 5, 35, 4, 65, 2, 65, 2, 45, 45, 28, 100})},
    // With a bar.
    {curve({3, 5, 35, 3, 65, 2, 65, 2, 45, 45, 28, 100}), curve({18, 50, 38, 49, 60, 46})},
    // With a serif.
    {curve({4, 24, 6, 4, 6, 4, 36, 4, 65, 4, 65, 4, 38, 50, 28, 100})},
    // A wave on top, a bent stem.
    {curve({2, 14, 18, 3, 42, 8, 65, 2, 65, 2, 50, 30, 38, 65, 36, 100})},
};

const Styles eight{
    // In one stroke, begun at the top right.
    {curve({58, 12,  35, 0,  12, 12, 15, 32, 38, 48, 60, 68, 55, 92,
            32, 100, 8,  88, 10, 66, 35, 48, 58, 30, 58, 12, 50, 5})},
    // Two rings.
    {curve({35, 0, 14, 12, 16, 36, 36, 47, 56, 34, 56, 12, 35, 0}),
     curve({35, 47, 10, 62, 8, 86, 34, 100, 60, 86, 60, 62, 35, 47})},
    // Open at the top right.
    {curve({55, 6, 30, 2, 12, 18, 30, 42, 56, 64, 58, 88, 34, 100, 10, 86, 20, 60, 46, 36, 66, 6})},
};

const Styles nine{
    // A straight stem.
    {curve({58, 18, 38, 2, 12, 15, 10, 40, 30, 50, 52, 36, 60, 10, 60, 10, 56, 50, 50, 100})},
    // A hooked tail.
    {curve({58, 16, 36, 1, 10, 16, 10, 40, 32, 50, 54, 36, 60, 16, 60, 50, 50, 86, 26, 100, 8, 92})},
    // A slanted stem that continues the ring.
    {curve({55, 18, 32, 0, 7, 18, 14, 44, 42, 40, 58, 12, 46, 56, 30, 100})},
    // A small ring, a bent stem.
    {curve({52, 10, 32, 0, 18, 16, 24, 36, 44, 34, 54, 10, 58, 40, 52, 75, 40, 100})},
};

}  // namespace

std::span<const PenStyle> digit_styles(int digit) {
  static const std::array<const Styles*, 10> all{&zero, &one, &two, &three, &four, &five, &six, &seven, &eight, &nine};
  assert(0 <= digit && digit < 10);
  return *all[static_cast<std::size_t>(digit)];
}

}  // namespace inforelay::detail
