// View: samples whose decision changes if the set is replaced.

import { onChangeOf, shown } from "./state.js";
import { count, element, table, view } from "./elements.js";
import { data, membersOf } from "./model.js";
import { isLabelled, row, unpack } from "./arrays.js";

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

// Those of the changed samples that the page has; undefined if samples are no images.
function thumbnails(subset, list, words) {
  const images = data.images?.[subset.name];
  if (!images || list.length === 0) return undefined;
  const place = new Map(Array.from(unpack(images.sample), (sample, i) => [sample, i])), found = list.filter((one) => place.has(one.sample));
  return element("div", {},
    element("p", {}, `${count(found.length)} of them are among the ${count(place.size)} samples, drawn at random, of which the page has images` +
      `${found.length > mostImages ? `; the first ${mostImages}:` : found.length > 0 ? ":" : "."}`),
    element("div", { class: "thumbnails" }, found.slice(0, mostImages).map((one) => {
      const text = `${words(one)}`;
      return element("figure", {}, thumbnail(images, place.get(one.sample), `sample ${one.sample}, ${text}`), element("figcaption", {}, element("b", {}, String(one.sample)), ` ${text}`));
    })));
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
  const compute = () => (shown.subset.accuracy && shown.replace && !shown.subset.whole ? flipped(shown.subset, shown.cls, shown.set) : []);
  const rows = (list) => list.map((one) => [one.sample, shown.system.symbols[one.label], one.before, one.after, one.lost ? "lost" : one.won ? "won" : "still wrong"]);
  const heads = ["sample", "its class", "intact", "set replaced", "decision about the class"];
  const { section, body } = view("samples", "Samples", "Samples whose decision about the class changes if the set is replaced; numbered from 0 in the order of the subset.",
    () => [heads, ...rows(compute())]);
  onChangeOf(() => [shown.cls, membersOf(shown.set), shown.replace], () => {
    section.hidden = shown.system.kind === "recording";
    if (!shown.subset.accuracy || !shown.replace || shown.subset.whole) {
      body.replaceChildren(element("p", { class: "missing" }, shown.subset.whole ? "Needs contrasts of single classes." : "Needs knockouts, and the values of the samples in this page."));
      return;
    }
    const list = compute(), lost = list.filter((one) => one.lost).length, won = list.filter((one) => one.won).length;
    const byClass = shown.system.symbols.map((name, label) => [name, list.filter((one) => one.label === label)]).filter(([, some]) => some.length > 0);
    body.replaceChildren(
      element("p", {}, `${count(list.length)} of ${shown.subset.drawn || `${count(shown.subset.samples)} samples`}: ${count(lost)} decisions about class ${shown.subset.contrasts[shown.cls]} become wrong, ${count(won)} become right.`),
      list.length === 0 ? "" : table("By their class", ["class", "samples", "become wrong", "become right"],
        byClass.map(([name, some]) => [name, count(some.length), count(some.filter((one) => one.lost).length), count(some.filter((one) => one.won).length)])),
      thumbnails(shown.subset, list, (one) => `class ${shown.system.symbols[one.label]}: ${one.before} \u2192 ${one.after}`) ?? "",
      list.length === 0 ? "" : element("details", {}, element("summary", {}, `The first ${Math.min(mostRows, list.length)} samples`),
        table("Samples", heads, rows(list.slice(0, mostRows)))));
  }, true);
  return section;
}
