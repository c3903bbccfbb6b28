// View: a paragraph on methods to be pasted, provenance, licences.

import { onChangeOf, shown } from "./state.js";
import { count, element, view } from "./elements.js";
import { data } from "./model.js";

// The value of a key below `analysis` of the configuration, which is YAML as the program prints it.
function setting(key) {
  const found = new RegExp(`^ +${key}: (.*)$`, "m").exec(data.provenance.config);
  return found ? found[1] : undefined;
}

export function paragraph() {
  const { system, layer, subset } = shown, from = data.provenance;
  const units = `${layer.units} units of ${system.kind === "network" ? `hidden layer ${layer.name} of the network "${system.name}" (${system.source})` : `layer "${layer.name}" of the recording "${system.name}"`}`;
  const text = [`Relay information was computed with inforelay ${from.version} (revision ${from.git_revision}) for the ${units}, on ${count(subset.samples)} samples (subset "${subset.name}"${from.data_name !== "none" ? `; data: ${from.data_name}` : ""}).`];
  text.push(`Values were discretised into states (method ${setting("discretize") ?? setting("method")}); information is the plug-in estimate in bits, ${subset.whole ? "of the input and output symbols themselves" : "for each class of one class against the rest"}; ${(100 * subset.array("states", "singleton_fraction")[0]).toFixed(1)} % of the samples are alone in their state.`);
  text.push(subset.hasAllSets ? `All ${count(2 ** layer.units)} sets of units were evaluated.` : "Sets were searched greedily, by removal of the unit whose removal leaves the most relay information.");
  if (subset.knockout)
    text.push(`For knockouts (ablation), units were replaced by ${{ zero: "0", mean: "their mean over the samples", resample: "their values in another sample", noise: "noisy values" }[subset.knockout.replace]}; accuracy is balanced accuracy, decided by ${subset.knockout.function}, ${subset.knockout.method === "exact" ? "over all samples" : "on random draws of samples"}.`);
  text.push(`The seed was ${from.seed}. The results describe one ${system.kind}; they are no inference about others.`);
  return text.join(" ");
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
