/** The options of a run. Each change goes into the draft at once. */

import { draft, saveDraft } from "./draft.js";
import { el, labelled, select } from "./element.js";
import { t } from "./i18n.js";

const SWITCHES = ["enable_coreference", "enable_dialogue", "enable_relations"];

export function optionFields() {
	return el("details", { class: "options", open: matchMedia("(min-width: 56rem)").matches },
		el("summary", {}, t("options.title")),
		el("div", { class: "option-list" },
			languageChoice(), SWITCHES.map(switchField), thresholdField(), countField("min_mentions", 1), countField("max_characters", null)));
}

/** Of texts; the empty one is to be detected. */
export const languageChoices = () => ["", "en", "zh"].map((value) => [value, t(value ? `language.${value}` : "options.language_auto")]);

function languageChoice() {
	const choice = select({ id: "language-choice", onchange: () => { draft.language = choice.value || null; saveDraft(); } },
		languageChoices(), draft.language ?? "");
	return el("div", { class: "option" }, labelled(t("options.language"), choice));
}

function switchField(name) {
	return el("label", { class: "switch" },
		el("input", { type: "checkbox", name, checked: draft.options[name], onchange: (event) => setOption(name, event.target.checked) }),
		el("span", {}, t(`options.${name}`)));
}

function thresholdField() {
	const output = el("output", {}, draft.options.similarity_threshold.toFixed(2));
	const slider = el("input", {
		id: "similarity_threshold", type: "range", min: 0, max: 1, step: 0.05, value: draft.options.similarity_threshold,
		oninput: () => { setOption("similarity_threshold", slider.valueAsNumber); output.value = slider.valueAsNumber.toFixed(2); },
	});
	return el("div", { class: "option" },
		el("label", { for: "similarity_threshold" }, t("options.similarity_threshold")), output, slider,
		el("small", {}, t("options.similarity_threshold_hint")));
}

/** A whole number of at least 1. @param {string} name @param {number | null} whenEmpty null: no limit */
function countField(name, whenEmpty) {
	const input = el("input", {
		id: name, type: "number", min: 1, value: draft.options[name], placeholder: whenEmpty ?? t("options.no_limit"),
		oninput: () => setOption(name, Number.isNaN(input.valueAsNumber) ? whenEmpty : input.valueAsNumber),
	});
	return el("div", { class: "option" }, labelled(t(`options.${name}`), input));
}

function setOption(name, value) {
	draft.options[name] = value;
	saveDraft();
}
