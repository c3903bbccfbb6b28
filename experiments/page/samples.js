// View: samples whose decision changes if the set is replaced.

import { onChangeOf, shown } from "./state.js";
import { count, element, table, view } from "./elements.js";
import { data, membersOf } from "./model.js";
import { isLabelled, row, unpack } from "./arrays.js";
import { imagesPart, tablePart, textPart } from "./picture.js";

const mostRows = 60, mostImages = 40;

// The thumbnail of image i as a picture.
function thumbnail(images, i, text) {
  const canvas = element("canvas", { width: images.columns, height: images.rows, class: "thumbnail", role: "img", "aria-label": text });
  const context = canvas.getContext("2d"), picture = context.createImageData(images.columns, images.rows), pixels = row(unpack(images.pixel), i);
  for (let p = 0; p < images.rows * images.columns; ++p) {
    const level = 17 * ((pixels[p >> 1] >> (4 * (p & 1))) & 15);
    picture.data.set([level, level, level, 255], 4 * p);
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

const wordsOf = (one) => `class ${shown.system.symbols[one.label]}: ${one.before} \u2192 ${one.after}`;

// Those of the changed samples that the page has, as {text, images: [{sample, image, text}]}; undefined if samples are no images.
function thumbnails(subset, list) {
  const images = data.images?.[subset.name];
  if (!images || list.length === 0) return undefined;
  const place = new Map(Array.from(unpack(images.sample), (sample, i) => [sample, i])), found = list.filter((one) => place.has(one.sample));
  return {
    text: `${count(found.length)} of them are among the ${count(place.size)} samples, drawn at random, of which the page has images` +
      `${found.length > mostImages ? `; the first ${mostImages}:` : found.length > 0 ? ":" : "."}`,
    images: found.slice(0, mostImages).map((one) => {
      const text = wordsOf(one);
      return { sample: String(one.sample), image: thumbnail(images, place.get(one.sample), `sample ${one.sample}, ${text}`), text };
    }),
  };
}

// In words, and by class: [class, samples, become wrong, become right].
function summary(list) {
  const lost = list.filter((one) => one.lost).length, won = list.filter((one) => one.won).length, { subset } = shown;
  const byClass = shown.system.symbols.map((name, label) => [name, list.filter((one) => one.label === label)]).filter(([, some]) => some.length > 0);
  return {
    text: `${count(list.length)} of ${subset.drawn || `${count(subset.samples)} samples`}: ${count(lost)} decisions about class ${subset.contrasts[shown.cls]} become wrong, ${count(won)} become right.`,
    heads: ["class", "samples", "become wrong", "become right"],
    rows: byClass.map(([name, some]) => [name, count(some.length), count(some.filter((one) => one.lost).length), count(some.filter((one) => one.won).length)]),
  };
}

// The samples that are decided otherwise: [sample, class, before, after]; by threshold of output c alone.
function flipped(subset, c, set) {
  const { accuracy, system } = subset, fn = shown.fn, names = system.classes, words = ["off", "on"];
  const decide = (out) => subset.kept(`d${fn} ${shown.replace} ` + out.join(""), () => accuracy.decisions(out, fn, shown.replace));
  const before = decide(new Uint8Array(set.length)), after = decide(set), list = [], numbers = unpack(subset.knockout.sample);
  for (let i = 0; i < accuracy.samples; ++i) {
    const at = fn === "argmax" ? i : i * names.length + c;
    if (before[at] === after[at]) continue;
    if (fn === "argmax" && before[i] !== c && after[i] !== c) continue;
    const word = (d) => (fn === "argmax" ? names[d[at]] : words[d[at]]);
    const right = (d) => (fn === "argmax" ? d[at] === c : d[at] === 1) === isLabelled(accuracy.label[i], c, system.bits);
    list.push({ sample: numbers ? numbers[i] : i, label: accuracy.label[i], before: word(before), after: word(after), lost: right(before), won: right(after) });
  }
  return list;
}

export function samplesView() {
  const missing = () => (shown.subset.whole ? "Needs contrasts of single classes."
    : shown.subset.accuracy && shown.replace ? undefined : "Needs knockouts, and the values of the samples in this page.");
  const compute = () => (missing() ? [] : flipped(shown.subset, shown.cls, shown.set));
  const rows = (list) => list.map((one) => [one.sample, shown.system.symbols[one.label], one.before, one.after, one.lost ? "lost" : one.won ? "won" : "still wrong"]);
  const heads = ["sample", "its class", "intact", "set replaced", "decision about the class"];
  const { section, body } = view("samples", "Samples", "Samples whose decision about the class changes if the set is replaced; numbered from 0 in the order of the subset.",
    () => [heads, ...rows(compute())], () => {
      if (missing()) return [textPart(missing())];
      const list = compute(), { text, heads: classHeads, rows: byClass } = summary(list), some = thumbnails(shown.subset, list);
      return [textPart(text), ...(byClass.length > 0 ? [tablePart("By their class", classHeads, byClass)] : []),
              ...(some ? [textPart(some.text), imagesPart(some.images.map((one) => ({ ...one, number: one.sample })))] : [])];
    });
  onChangeOf(() => [shown.cls, membersOf(shown.set), shown.replace], () => {
    section.hidden = shown.system.kind === "recording";
    if (missing()) {
      body.replaceChildren(element("p", { class: "missing" }, missing()));
      return;
    }
    const list = compute(), { text, heads: classHeads, rows: byClass } = summary(list), some = thumbnails(shown.subset, list);
    body.replaceChildren(
      element("p", {}, text),
      list.length === 0 ? "" : table("By their class", classHeads, byClass),
      !some ? "" : element("div", {}, element("p", {}, some.text), element("div", { class: "thumbnails" },
        some.images.map((one) => element("figure", {}, one.image, element("figcaption", {}, element("b", {}, one.sample), ` ${one.text}`))))),
      list.length === 0 ? "" : element("details", {}, element("summary", {}, `The first ${Math.min(mostRows, list.length)} samples`),
        table("Samples", heads, rows(list.slice(0, mostRows)))));
  }, true);
  return section;
}
