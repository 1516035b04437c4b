/** The page that takes a text or a file, the languages to translate it into, and its terms. */

import { ApiError, startRun, uploadFile } from "./api.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatSize, t } from "./i18n.js";
import { recentList } from "./recent_list.js";
import { rememberRun } from "./recent_runs.js";

const SUBTITLES = [".srt", ".vtt", ".ass", ".ssa", ".lrc", ".ttml", ".dfxp"];
const TEXTS = [".txt", ".md", ".html", ".docx", ".json", ".po"];
const TIMED = /^[-\d:.,]+\s*-+>\s*[-\d:.,]+/m; // A pasted text with such a line is a subtitle file.
const TITLE_LENGTH = 60;

/** What was put in, for the visit. */
const draft = { text: "", targets: "", source: "", glossary: "", isReviewed: true, /** @type {File | null} */ file: null };

export class TranslateForm {
	element = el("div", { class: "home" });
	#isBusy = false;

	open() {
		this.render();
	}

	close() {}

	render() {
		document.title = "Scriptorium";
		this.failure = el("div", { class: "form-failure" });
		this.startButton = el("button", { id: "start", class: "button primary", type: "submit" });
		refill(this.element,
			el("header", { class: "page-head" },
				el("h1", { tabindex: "-1" }, t("translate.title")),
				el("p", { class: "lede" }, t("translate.lede"))),
			el("form", { class: "run-form", novalidate: true, onsubmit: (event) => this.#submit(event) },
				el("div", {}, this.#sheet(), this.failure),
				el("div", { class: "form-side" },
					this.#field("targets", "input", { placeholder: "zh, de" }),
					this.#field("source", "input", { placeholder: t("options.language_auto") }),
					this.#field("glossary", "textarea", { rows: "5", placeholder: t("translate.glossary_placeholder") }),
					el("label", { class: "switch" },
						el("input", { id: "review", type: "checkbox", checked: draft.isReviewed, onchange: (event) => { draft.isReviewed = event.target.checked; } }),
						el("span", {}, t("translate.review"))))),
			recentList(() => this.render()));
		this.#showBusy();
	}

	#field(name, tag, attributes) {
		const field = el(tag, { id: name, autocomplete: "off", spellcheck: "false", ...attributes, oninput: () => { draft[name] = field.value; } });
		field.value = draft[name];
		return el("div", { class: "option wide" }, el("label", { for: name }, t(`translate.${name}`)), field);
	}

	#sheet() {
		const area = el("textarea", {
			id: "text", class: "book-text", rows: "14", spellcheck: "false", "aria-label": t("translate.text"), placeholder: t("form.placeholder"),
			oninput: () => { draft.text = area.value; },
		});
		area.value = draft.text;
		const input = el("input", { id: "file", class: "unseen", type: "file", accept: [...SUBTITLES, ...TEXTS].join(), onchange: (event) => this.#choose(event.target.files[0] ?? null) });
		return el("div", { class: "sheet" },
			draft.file ? el("div", { class: "chosen-file" },
				el("p", { class: "file-name" }, draft.file.name), el("small", {}, formatSize(draft.file.size)),
				button({ class: "button", onclick: () => this.#choose(null) }, t("form.remove_file"))) : area,
			el("div", { class: "sheet-foot" },
				el("span", { class: "file-choice" }, input, el("label", { class: "button", for: "file" }, t("form.choose_file"))),
				el("span", { class: "muted" }, t("translate.file_hint")),
				this.startButton));
	}

	#choose(file) {
		draft.file = file;
		this.render();
		this.element.querySelector(file ? "#start" : "#text").focus();
	}

	async #submit(event) {
		event.preventDefault();
		if (this.#isBusy) return;
		this.#setBusy(true);
		refill(this.failure);
		try {
			const { threadId, runId } = await start();
			location.hash = `#/translations/${threadId}/${runId}`;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			refill(this.failure, failurePanel(error));
		} finally {
			this.#setBusy(false);
		}
	}

	#setBusy(isBusy) {
		this.#isBusy = isBusy;
		this.#showBusy();
	}

	#showBusy() {
		this.startButton.setAttribute("aria-disabled", String(this.#isBusy));
		this.startButton.textContent = t(this.#isBusy ? "form.starting" : "form.start");
	}
}

async function start() {
	const { file, text } = draft;
	const isSubtitles = file ? SUBTITLES.some((suffix) => file.name.toLowerCase().endsWith(suffix)) : TIMED.test(text);
	const graphId = isSubtitles ? "subtitles" : "translate";
	const run = await startRun(graphId, {
		...(file ? { file_id: await uploadFile(file) } : { text }),
		target_languages: draft.targets.split(/[\s,，、]+/).filter(Boolean),
		...(draft.source.trim() && { source_language: draft.source.trim() }),
		glossary: glossaryOf(draft.glossary),
		options: { review: draft.isReviewed },
	});
	const title = file?.name ?? text.trim().split("\n")[0].slice(0, TITLE_LENGTH);
	rememberRun({ ...run, title, graphId, startedAt: new Date().toISOString(), status: "" });
	return run;
}

/** @param {string} text a line a term: "term = translation" */
export function glossaryOf(text) {
	return text.split("\n").filter((line) => line.trim()).map((line) => {
		const at = line.indexOf("=");
		return at < 0 ? { source: line.trim(), keep: true } : { source: line.slice(0, at).trim(), target: line.slice(at + 1).trim() };
	});
}
