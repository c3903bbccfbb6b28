#include "nn/data/digit_strokes.hpp"

#include <array>
#include <cassert>

namespace inforelay::detail {
namespace {

using Styles = std::vector<PenStyle>;

const Styles zero{
    // Begun at the top, anticlockwise, the ends crossing.
    {{{.45f, .02f},
      {.2f, .1f},
      {.05f, .42f},
      {.1f, .78f},
      {.33f, .98f},
      {.58f, .85f},
      {.68f, .5f},
      {.6f, .15f},
      {.42f, .02f},
      {.3f, .06f}}},
    // Begun at the top right, with a tail over the top.
    {{{.55f, .1f},
      {.3f, .03f},
      {.08f, .3f},
      {.05f, .68f},
      {.28f, .97f},
      {.6f, .82f},
      {.7f, .42f},
      {.55f, .1f},
      {.42f, .0f}}},
    // Not quite closed.
    {{{.38f, .06f},
      {.15f, .2f},
      {.04f, .5f},
      {.14f, .85f},
      {.36f, .99f},
      {.6f, .8f},
      {.67f, .45f},
      {.55f, .14f},
      {.46f, .05f}}},
    // Narrow.
    {{{.38f, .0f},
      {.2f, .2f},
      {.12f, .55f},
      {.17f, .88f},
      {.33f, .99f},
      {.48f, .8f},
      {.54f, .42f},
      {.48f, .1f},
      {.36f, .01f}}},
};

const Styles one{
    {{{.3f, .0f}, {.3f, .5f}, {.3f, 1.f}}},
    {{{.32f, .0f}, {.27f, .35f}, {.3f, .7f}, {.28f, 1.f}}},
    // With a flag.
    {{{.12f, .24f}, {.25f, .12f}, {.35f, .0f}, {.35f, .0f}, {.34f, .5f}, {.34f, 1.f}}},
    // With a flag and a foot.
    {{{.14f, .2f}, {.35f, .0f}, {.35f, .0f}, {.35f, .5f}, {.35f, .98f}}, {{.1f, 1.f}, {.35f, .98f}, {.6f, 1.f}}},
};

const Styles two{
    // A straight base.
    {{{.08f, .25f},
      {.2f, .05f},
      {.45f, .02f},
      {.62f, .2f},
      {.52f, .48f},
      {.28f, .75f},
      {.05f, .97f},
      {.05f, .97f},
      {.35f, .95f},
      {.7f, .97f}}},
    // A loop at the foot.
    {{{.1f, .2f},
      {.3f, .02f},
      {.58f, .1f},
      {.58f, .35f},
      {.38f, .65f},
      {.15f, .92f},
      {.02f, .9f},
      {.08f, .76f},
      {.3f, .83f},
      {.5f, .97f},
      {.74f, .9f}}},
    // Close to a Z.
    {{{.05f, .14f},
      {.35f, .0f},
      {.62f, .12f},
      {.56f, .38f},
      {.3f, .65f},
      {.0f, 1.f},
      {.0f, 1.f},
      {.35f, .99f},
      {.66f, 1.f}}},
    // A rounded heel.
    {{{.06f, .3f},
      {.15f, .08f},
      {.4f, .0f},
      {.6f, .16f},
      {.54f, .42f},
      {.3f, .68f},
      {.1f, .9f},
      {.22f, .96f},
      {.45f, .92f},
      {.7f, .98f}}},
};

const Styles three{
    // Two bows, a corner between them.
    {{{.08f, .12f},
      {.35f, .0f},
      {.58f, .15f},
      {.5f, .38f},
      {.25f, .47f},
      {.25f, .47f},
      {.55f, .55f},
      {.65f, .78f},
      {.45f, .97f},
      {.2f, .98f},
      {.02f, .86f}}},
    // A flat top.
    {{{.08f, .03f},
      {.35f, .04f},
      {.58f, .03f},
      {.58f, .03f},
      {.42f, .22f},
      {.28f, .4f},
      {.28f, .4f},
      {.55f, .48f},
      {.65f, .72f},
      {.45f, .97f},
      {.15f, .97f},
      {.02f, .86f}}},
    // A small loop in the middle.
    {{{.1f, .1f},
      {.4f, .0f},
      {.58f, .18f},
      {.45f, .4f},
      {.26f, .47f},
      {.24f, .41f},
      {.36f, .43f},
      {.6f, .58f},
      {.6f, .85f},
      {.32f, 1.f},
      {.05f, .9f}}},
    // A wide lower bow and a shallow waist.
    {{{.12f, .08f},
      {.38f, .01f},
      {.52f, .16f},
      {.44f, .36f},
      {.34f, .44f},
      {.58f, .52f},
      {.68f, .74f},
      {.52f, .95f},
      {.24f, 1.f},
      {.0f, .92f}}},
};

const Styles four{
    // Open at the top.
    {{{.12f, .02f}, {.06f, .28f}, {.04f, .52f}, {.04f, .52f}, {.35f, .52f}, {.68f, .48f}},
     {{.55f, .05f}, {.52f, .5f}, {.48f, 1.f}}},
    // Closed.
    {{{.48f, .0f}, {.25f, .3f}, {.02f, .62f}, {.02f, .62f}, {.4f, .62f}, {.72f, .6f}},
     {{.5f, .0f}, {.5f, .5f}, {.48f, 1.f}}},
    // In one stroke, rounded below.
    {{{.1f, .05f}, {.05f, .35f}, {.2f, .52f}, {.45f, .45f}, {.6f, .1f}, {.6f, .1f}, {.55f, .55f}, {.5f, 1.f}}},
    // A short stem that begins at half height.
    {{{.42f, .0f}, {.2f, .3f}, {.0f, .6f}, {.0f, .6f}, {.35f, .61f}, {.7f, .58f}}, {{.46f, .34f}, {.42f, 1.f}}},
};

const Styles five{
    // The roof as a stroke of its own.
    {{{.15f, .03f},
      {.12f, .22f},
      {.1f, .42f},
      {.1f, .42f},
      {.35f, .36f},
      {.6f, .52f},
      {.6f, .8f},
      {.35f, .98f},
      {.05f, .9f}},
     {{.15f, .03f}, {.4f, .02f}, {.66f, .0f}}},
    // In one stroke.
    {{{.65f, .02f},
      {.42f, .03f},
      {.2f, .04f},
      {.2f, .04f},
      {.15f, .22f},
      {.12f, .4f},
      {.12f, .4f},
      {.4f, .4f},
      {.6f, .6f},
      {.5f, .88f},
      {.25f, 1.f},
      {.02f, .92f}}},
    // Close to an S.
    {{{.65f, .03f}, {.35f, .05f}, {.15f, .2f}, {.2f, .4f}, {.45f, .52f}, {.55f, .75f}, {.35f, .97f}, {.05f, .9f}}},
    // A short roof, a small bow.
    {{{.52f, .0f},
      {.22f, .03f},
      {.22f, .03f},
      {.15f, .45f},
      {.15f, .45f},
      {.38f, .42f},
      {.52f, .58f},
      {.5f, .82f},
      {.3f, .98f},
      {.1f, .95f}}},
};

const Styles six{
    {{{.5f, .0f},
      {.25f, .2f},
      {.06f, .55f},
      {.08f, .85f},
      {.3f, 1.f},
      {.55f, .88f},
      {.55f, .64f},
      {.35f, .53f},
      {.12f, .68f}}},
    // A straight back, a big bow.
    {{{.3f, .0f},
      {.12f, .36f},
      {.03f, .73f},
      {.2f, .98f},
      {.5f, .92f},
      {.58f, .7f},
      {.4f, .56f},
      {.15f, .66f},
      {.07f, .8f}}},
    // A hooked top.
    {{{.62f, .1f},
      {.42f, .0f},
      {.16f, .24f},
      {.04f, .6f},
      {.12f, .9f},
      {.38f, .99f},
      {.6f, .82f},
      {.52f, .6f},
      {.3f, .55f},
      {.1f, .72f}}},
    // A long neck, a small bow.
    {{{.42f, .0f},
      {.2f, .28f},
      {.07f, .62f},
      {.1f, .9f},
      {.28f, 1.f},
      {.44f, .9f},
      {.42f, .72f},
      {.26f, .66f},
      {.1f, .8f}}},
};

const Styles seven{
    {{{.03f, .05f}, {.35f, .04f}, {.65f, .02f}, {.65f, .02f}, {.45f, .45f}, {.28f, 1.f}}},
    // With a bar.
    {{{.03f, .05f}, {.35f, .03f}, {.65f, .02f}, {.65f, .02f}, {.45f, .45f}, {.28f, 1.f}},
     {{.18f, .5f}, {.38f, .49f}, {.6f, .46f}}},
    // With a serif.
    {{{.04f, .24f}, {.06f, .04f}, {.06f, .04f}, {.36f, .04f}, {.65f, .04f}, {.65f, .04f}, {.38f, .5f}, {.28f, 1.f}}},
    // A wave on top, a bent stem.
    {{{.02f, .14f}, {.18f, .03f}, {.42f, .08f}, {.65f, .02f}, {.65f, .02f}, {.5f, .3f}, {.38f, .65f}, {.36f, 1.f}}},
};

const Styles eight{
    // In one stroke, begun at the top right.
    {{{.58f, .12f},
      {.35f, .0f},
      {.12f, .12f},
      {.15f, .32f},
      {.38f, .48f},
      {.6f, .68f},
      {.55f, .92f},
      {.32f, 1.f},
      {.08f, .88f},
      {.1f, .66f},
      {.35f, .48f},
      {.58f, .3f},
      {.58f, .12f},
      {.5f, .05f}}},
    // Two rings.
    {{{.35f, .0f}, {.14f, .12f}, {.16f, .36f}, {.36f, .47f}, {.56f, .34f}, {.56f, .12f}, {.35f, .0f}},
     {{.35f, .47f}, {.1f, .62f}, {.08f, .86f}, {.34f, 1.f}, {.6f, .86f}, {.6f, .62f}, {.35f, .47f}}},
    // Open at the top right.
    {{{.55f, .06f},
      {.3f, .02f},
      {.12f, .18f},
      {.3f, .42f},
      {.56f, .64f},
      {.58f, .88f},
      {.34f, 1.f},
      {.1f, .86f},
      {.2f, .6f},
      {.46f, .36f},
      {.66f, .06f}}},
};

const Styles nine{
    // A straight stem.
    {{{.58f, .18f},
      {.38f, .02f},
      {.12f, .15f},
      {.1f, .4f},
      {.3f, .5f},
      {.52f, .36f},
      {.6f, .1f},
      {.6f, .1f},
      {.56f, .5f},
      {.5f, 1.f}}},
    // A hooked tail.
    {{{.58f, .16f},
      {.36f, .01f},
      {.1f, .16f},
      {.1f, .4f},
      {.32f, .5f},
      {.54f, .36f},
      {.6f, .16f},
      {.6f, .5f},
      {.5f, .86f},
      {.26f, 1.f},
      {.08f, .92f}}},
    // A slanted stem that goes on from the ring.
    {{{.55f, .18f}, {.32f, .0f}, {.07f, .18f}, {.14f, .44f}, {.42f, .4f}, {.58f, .12f}, {.46f, .56f}, {.3f, 1.f}}},
    // A small ring, a bent stem.
    {{{.52f, .1f},
      {.32f, .0f},
      {.18f, .16f},
      {.24f, .36f},
      {.44f, .34f},
      {.54f, .1f},
      {.58f, .4f},
      {.52f, .75f},
      {.4f, 1.f}}},
};

}  // namespace

std::span<const PenStyle> digit_styles(int digit) {
  static const std::array<const Styles*, 10> all{&zero, &one, &two, &three, &four, &five, &six, &seven, &eight, &nine};
  assert(0 <= digit && digit < 10);
  return *all[static_cast<std::size_t>(digit)];
}

}  // namespace inforelay::detail
