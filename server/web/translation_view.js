/** One translation: how far it is, what a person is asked, then what came out. */

import { announce } from "./announcer.js";
import { readText, resumeRun } from "./api.js";
import { CueEditor } from "./cue_editor.js";
import { CueSheet } from "./cue_sheet.js";
import { fileLink } from "./download.js";
import { button, el, table } from "./element.js";
import { problemList } from "./failure_panel.js";
import { formatNumber, formatShare, t, term } from "./i18n.js";
import { recentRun, rememberRun } from "./recent_runs.js";
import { ReviewForm } from "./review_form.js";
import { RunPage } from "./run_page.js";

const STAGES = ["read", "plan", "translate", "render"];

export class TranslationView extends RunPage {
	/** @type {string[]} What was wrong with the edits that were sent. */ #problems = [];
	/** @type {Record<string, any> | null} */ #result = null;
	/** @type {CueEditor | ReviewForm | null} */ #editor = null;
	#isWaiting = false;

	constructor(threadId, runId) {
		super(threadId, runId, "#/translate", STAGES);
	}

	close() {
		super.close();
		this.#editor?.close();
	}

	async finish({ values, interrupts }, signal) {
		const asked = interrupts[0]?.value;
		this.#isWaiting = asked !== undefined;
		this.#problems = asked?.problems ?? [];
		this.#result = asked ? null : values;
		const sheetId = asked ? asked.sheet_id : values.sheet_id;
		if (sheetId) this.#editor = new CueEditor(new CueSheet(JSON.parse(await readText(sheetId, signal))), { isEditable: this.#isWaiting });
		else if (asked) this.#editor = new ReviewForm(asked.items);
		announce(t(asked ? "translation.asked" : "translation.finished"));
	}

	head() {
		return this.stages.expected;
	}

	body() {
		super.body();
		this.#editor?.render();
		return [this.lost, this.#isWaiting && this.#question(), this.#result && this.#outcome(this.#result), this.#editor?.element,
			this.isUnderWay && this.stages.element, this.stop];
	}

	#question() {
		const confirm = button({ id: "confirm", class: "button primary", onclick: () => this.attempt(() => this.#confirm(confirm)) }, t("translation.confirm"));
		return el("div", { class: "question" },
			el("p", {}, t("translation.question")),
			problemList(this.#problems),
			confirm);
	}

	async #confirm(pressed) {
		if (pressed.getAttribute("aria-disabled") === "true") return;
		pressed.setAttribute("aria-disabled", "true");
		const known = recentRun(this.runId);
		const graphId = known?.graphId ?? (this.#editor instanceof CueEditor ? "subtitles" : "translate");
		const runId = await resumeRun(this.threadId, graphId, { edits: this.#editor?.edits ?? {} })
			.finally(() => pressed.setAttribute("aria-disabled", "false"));
		rememberRun({ threadId: this.threadId, runId, title: known?.title ?? "", graphId });
		location.hash = `#/translations/${this.threadId}/${runId}`;
	}

	#outcome({ mode, targets, warnings }) {
		return el("section", { class: "result" },
			mode === "offline" && el("p", { class: "banner offline" }, t("translation.offline")),
			warnings.filter(({ code }) => code !== "offline").map(({ message }) => el("p", { class: "banner" }, message)),
			el("div", { class: "targets" }, table(["language", "translated", "untranslated", "flags", "terms", "conform", "file"].map((name) => t(`translation.${name}`)),
				Object.entries(targets).map(([language, figures]) => this.#target(language, figures)))),
			Object.entries(targets).map(([language, figures]) => !this.#editor && this.#text(language, figures)));
	}

	#target(language, { name, file_id: fileId, translated, untranslated, flags, terms, conformity }) {
		return [
			language, formatNumber(translated), formatNumber(untranslated), formatNumber(flags.length),
			terms.success === null ? "–" : formatShare(terms.success), conformity ? formatShare(conformity.share) : "–",
			fileId && fileLink({ file_id: fileId, name }, this.attempt),
		];
	}

	#text(language, { text, flags }) {
		return el("section", { class: "translated" },
			text != null && el("h2", {}, language),
			text != null && el("p", { class: "book-text words", lang: language }, text),
			flags.length > 0 && el("ul", { class: "reasons" }, flags.map(({ id, status, reasons }) => el("li", {},
				el("strong", {}, `${id} · ${term("flag", status)}`), " ", reasons.map(({ message }) => message).join("; ")))));
	}
}
