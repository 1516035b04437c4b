/** The page that takes a text or a file, the languages to translate it into, and its terms. */

import { startRun } from "./api.js";
import { el, labelled } from "./element.js";
import { t } from "./i18n.js";
import { Page } from "./page.js";
import { recentList } from "./recent_list.js";
import { rememberRun } from "./recent_runs.js";
import { TextSheet } from "./text_sheet.js";

const SUBTITLES = [".srt", ".vtt", ".ass", ".ssa", ".lrc", ".ttml", ".dfxp"];
const TEXTS = [".txt", ".md", ".html", ".docx", ".json", ".po"];
const TIMED = /^[-\d:.,]+\s*-+>\s*[-\d:.,]+/m; // A pasted text with such a line is a subtitle file.

/** What was put in, for the visit. */
const draft = { text: "", targets: "", source: "", glossary: "", isReviewed: true, /** @type {File | null} */ file: null };

export class TranslateForm extends Page {
	#sheet = new TextSheet(draft, "translate", [...SUBTITLES, ...TEXTS].join());

	constructor() {
		super("translate");
	}

	head() {
		return el("p", { class: "lede" }, t("translate.lede"));
	}

	body() {
		const send = () => this.#sheet.send(() => this.attempt(() => this.#start()));
		this.#sheet.render();
		return [
			el("form", { class: "run-form", novalidate: true, onsubmit: send },
				this.#sheet.element,
				el("div", { class: "form-side" },
					this.#field("targets", "input", { placeholder: "zh, de" }),
					this.#field("source", "input", { placeholder: t("options.language_auto") }),
					this.#field("glossary", "textarea", { rows: "5", placeholder: t("translate.glossary_placeholder") }),
					el("label", { class: "switch" },
						el("input", { id: "review", type: "checkbox", checked: draft.isReviewed, onchange: (event) => { draft.isReviewed = event.target.checked; } }),
						el("span", {}, t("translate.review"))))),
			recentList(() => this.render()),
		];
	}

	#field(name, tag, attributes) {
		const field = el(tag, { id: name, autocomplete: "off", spellcheck: "false", ...attributes, oninput: () => { draft[name] = field.value; } });
		field.value = draft[name];
		return el("div", { class: "option wide" }, labelled(t(`translate.${name}`), field));
	}

	async #start() {
		const { file, text } = draft;
		const isSubtitles = file ? SUBTITLES.some((suffix) => file.name.toLowerCase().endsWith(suffix)) : TIMED.test(text);
		const graphId = isSubtitles ? "subtitles" : "translate";
		const run = await startRun(graphId, {
			...await this.#sheet.source(),
			target_languages: draft.targets.split(/[\s,，、]+/).filter(Boolean),
			...(draft.source.trim() && { source_language: draft.source.trim() }),
			glossary: glossaryOf(draft.glossary),
			options: { review: draft.isReviewed },
		});
		rememberRun({ ...run, title: this.#sheet.title, graphId });
		location.hash = `#/translations/${run.threadId}/${run.runId}`;
	}
}

/** @param {string} text a line a term: "term = translation" */
export function glossaryOf(text) {
	return text.split("\n").filter((line) => line.trim()).map((line) => {
		const at = line.indexOf("=");
		return at < 0 ? { source: line.trim(), keep: true } : { source: line.slice(0, at).trim(), target: line.slice(at + 1).trim() };
	});
}
