// View: samples whose decision changes if the set is replaced.

import { onChangeOf, shown } from "./state.js";
import { isLabelled } from "./arrays.js";
import { count, element, table, view } from "./elements.js";
import { membersOf } from "./model.js";

const mostRows = 60;

// The samples that are decided otherwise: [sample, class, before, after]; by threshold of output c alone.
function flipped(subset, c, set) {
  const { accuracy, system } = subset, fn = shown.fn, names = system.classes, words = ["off", "on"];
  const decide = (out) => subset.kept(`d${fn} ${shown.replace} ` + out.join(""), () => accuracy.decisions(out, fn, shown.replace));
  const before = decide(new Uint8Array(set.length)), after = decide(set), list = [];
  for (let i = 0; i < accuracy.samples; ++i) {
    const at = fn === "argmax" ? i : i * names.length + c;
    if (before[at] === after[at]) continue;
    if (fn === "argmax" && before[i] !== c && after[i] !== c) continue;
    const word = (d) => (fn === "argmax" ? names[d[at]] : words[d[at]]);
    const right = (d) => (fn === "argmax" ? d[at] === c : d[at] === 1) === isLabelled(accuracy.label[i], c, system.bits);
    list.push({ sample: i, label: accuracy.label[i], before: word(before), after: word(after), lost: right(before), won: right(after) });
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
      body.replaceChildren(element("p", { class: "missing" }, "Needs contrasts of single classes, and the values of the samples."));
      return;
    }
    const list = compute(), lost = list.filter((one) => one.lost).length, won = list.filter((one) => one.won).length;
    const byClass = shown.system.symbols.map((name, label) => [name, list.filter((one) => one.label === label)]).filter(([, some]) => some.length > 0);
    body.replaceChildren(
      element("p", {}, `${count(list.length)} of ${count(shown.subset.samples)} samples: ${count(lost)} decisions about class ${shown.subset.contrasts[shown.cls]} become wrong, ${count(won)} become right.`),
      list.length === 0 ? "" : table("By their class", ["class", "samples", "become wrong", "become right"],
        byClass.map(([name, some]) => [name, count(some.length), count(some.filter((one) => one.lost).length), count(some.filter((one) => one.won).length)])),
      list.length === 0 ? "" : element("details", {}, element("summary", {}, `The first ${Math.min(mostRows, list.length)} samples`),
        table("Samples", heads, rows(list.slice(0, mostRows)))));
  }, true);
  return section;
}
