// View: a paragraph on methods to be pasted, provenance, licences.

import { onChangeOf, shown } from "./state.js";
import { count, element, percent, unitCount, view } from "./elements.js";
import { data } from "./model.js";

const replacedBy = { zero: "0", mean: "their mean over the samples", resample: "their values in another sample", noise: "noisy values" };

// How values became states: "method kmeans, 3 levels".
function discretization() {
  const { method, levels, edges, threshold } = data.discretization;
  const hasLevels = ["kmeans", "equal_width", "equal_population"].includes(method);
  return `method ${method}` + (hasLevels ? `, ${levels ?? 2} levels` : method === "edges" ? `, cuts ${edges}` : method === "threshold" ? ` ${threshold}` : "");
}

function place() {
  const { system, layer } = shown, recurrent = /^recurrent: (.*)$/.exec(system.source);
  const of = system.kind === "recording" ? `layer "${layer.name}" of the recording "${system.name}"`
    : recurrent ? `layer ${layer.name} of the recurrent network "${system.name}" (${recurrent[1]})` : `hidden layer ${layer.name} of the network "${system.name}" (${system.source})`;
  return `the ${unitCount(layer.units)} of ${of}${layer.time === undefined ? "" : ` at time ${layer.time}`}`;
}

function contrast() {
  if (shown.subset.whole) return "of the input and output symbols themselves";
  return shown.system.bits ? "for each output bit, of its value in input and output" : "for each class, of this class against the rest";
}

// The searches and tests of the run.
function searches(subset) {
  const text = [], about = subset.data.significance;
  if (subset.hasAllSets) text.push(`All ${count(2 ** subset.layer.units)} sets of units were evaluated.`);
  if (subset.contrasts.some((_, c) => subset.removalOrder(c)))
    text.push(`${subset.hasAllSets ? "Besides, sets" : "Sets"} were searched greedily, by removal of the unit whose removal leaves the most relay information.`);
  if (about?.permutations > 0) {
    const tested = [["total", "all units together"], ["single", "single units"], ["greedy", "the greedy sets, the search repeated"]]
      .filter(([what]) => subset.array("significance", `${what}_p`)).map(([, name]) => name);
    text.push(`Permutation tests (${count(about.permutations)} permutations, ${subset.exchange}) were made of ${tested.join(" and of ")}; p is not corrected for their number.`);
  }
  if (subset.array("significance", "maximum_p"))
    text.push(`The best set of each size was tested by ${count(Number(data.maximum))} permutations, for each of which all sets were evaluated again.`);
  if (about?.bootstrap > 0)
    text.push(`Intervals of level ${percent(about.level)} are from ${count(about.bootstrap)} bootstrap resamples of ${about.bootstrap_of}.`);
  return text;
}

function knockouts(subset) {
  if (subset.stepAccuracy)
    return [`For knockouts (ablation), units were replaced by ${replacedBy[subset.data.in_time.replace]} before steps; accuracy is the fraction of the steps of the class that are decided correctly.`];
  if (!subset.knockout) return [];
  const of = subset.knockout.method === "exact" ? "over all samples" : "on random draws of samples";
  return [`For knockouts (ablation), units were replaced by ${replacedBy[subset.knockout.replace]}; accuracy is balanced accuracy, decided by ${subset.knockout.function}, ${of}.`];
}

function paragraph() {
  const { system, subset } = shown, from = data.provenance, dataset = from.data_name === "none" ? "" : `; data: ${from.data_name}`;
  return [`Relay information was computed with inforelay ${from.version} (revision ${from.git_revision}) for ${place()}, on ${count(subset.samples)} samples${subset.data.in_series ? ", which are steps of trials" : ""} (subset "${subset.name}"${dataset}).`,
    `Values were discretised into states (${discretization()}); information is the plug-in estimate in bits, ${contrast()}; ${percent(subset.array("states", "singleton_fraction")[0])} of the samples are alone in their state.`,
    ...searches(subset), ...knockouts(subset),
    `The seed was ${from.seed}. The results describe one ${system.kind}; they are no inference about others.`].join(" ");
}

export function methodsView() {
  const rows = () => [["what", "value"], ["methods", paragraph()], ...Object.entries(data.provenance)];
  const { section, body } = view("methods", "Methods", "To be pasted, and where the numbers come from.", rows);
  const text = element("p", { class: "paragraph" }), copied = element("span", { "aria-live": "polite" });
  const copy = element("button", { type: "button", onclick: () => {
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    navigator.clipboard?.writeText(text.textContent).then(() => (copied.textContent = " copied"), () => (copied.textContent = " selected"));
  } }, "Copy");
  const from = data.provenance;
  const facts = [["experiment", data.experiment], ["command", from.command_line], ["data", from.data_sha256 ? `${from.data_name} (${from.data_origin}), SHA-256 ${from.data_sha256}` : from.data_origin],
                 ["program", `inforelay ${from.version}, revision ${from.git_revision}, ${from.compiler}`], ["host", from.host], ["seed", from.seed]];
  body.append(text, element("p", {}, copy, copied),
    element("dl", {}, facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))])),
    element("details", {}, element("summary", {}, "Configuration"), element("pre", {}, from.config)),
    element("details", {}, element("summary", {}, "In scripts"),
      element("pre", {}, "window.inforelay.information(class, set, {network, layer, subset})\nwindow.inforelay.accuracy(class, set, {network, layer, subset, function, replace})\n" +
        "// class: name or number from 0; set: bit mask (bit k is unit k) or list of units")),
    element("details", {}, element("summary", {}, "Licence of D3, which is part of this page"),
      element("pre", {}, document.getElementById("d3-licence").textContent)));
  onChangeOf(() => [], () => (text.textContent = paragraph()));
  return section;
}
