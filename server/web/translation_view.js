/** One translation: how far it is, what a person is asked, then what came out. */

import { announce } from "./announcer.js";
import { ApiError, getState, readBytes, readText, resumeRun } from "./api.js";
import { CueEditor } from "./cue_editor.js";
import { CueSheet } from "./cue_sheet.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatNumber, formatShare, t, term } from "./i18n.js";
import { ProgressView } from "./progress_view.js";
import { noteStatus, recentRun, rememberRun } from "./recent_runs.js";
import { ReviewForm } from "./review_form.js";
import { followRun } from "./run_feed.js";
import { RunProgress } from "./run_progress.js";
/** @import {Failure} from "./failure_panel.js" */

const STAGES = ["read", "plan", "translate", "render"];

export class TranslationView {
	element = el("div", { class: "run" });
	#progress = new RunProgress(STAGES);
	#progressView = new ProgressView(this.#progress);
	/** @type {Failure | null} */ #failure = null;
	/** @type {string[]} What was wrong with the edits that were sent. */ #problems = [];
	/** @type {Record<string, any> | null} */ #result = null;
	/** @type {CueEditor | ReviewForm | null} */ #editor = null;
	#isWaiting = false;
	#leaving = new AbortController();

	/** @param {string} threadId @param {string} runId */
	constructor(threadId, runId) {
		this.threadId = threadId;
		this.runId = runId;
	}

	open() {
		this.render();
		this.#follow();
	}

	close() {
		this.#leaving.abort();
		this.#editor?.close();
	}

	render() {
		const title = recentRun(this.runId)?.title || t("run.untitled");
		document.title = `${title} · Scriptorium`;
		this.#progressView.render();
		this.#editor?.render();
		refill(this.element,
			el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, title), this.#progressView.expected),
			this.#failure && failurePanel(this.#failure, el("a", { class: "button", href: "#/translate" }, t("run.back_to_form"))),
			this.#isWaiting && this.#question(),
			this.#result && this.#outcome(this.#result),
			this.#editor?.element,
			!this.#result && !this.#isWaiting && !this.#failure && this.#progressView.element);
	}

	async #follow() {
		const { signal } = this.#leaving;
		try {
			let status = "";
			for await (const { type, data } of followRun(this.threadId, this.runId, signal)) {
				if (type === "run") status = data.status;
				else if (type === "error") this.#failure = { message: data.message, code: data.code ?? data.error, hint: data.hint };
				else if (type === "custom") { this.#progress.apply(data); this.#progressView.update(); }
			}
			await this.#finish(status, signal);
		} catch (error) {
			if (signal.aborted) return;
			this.#failure = error;
			this.render();
			if (!(error instanceof ApiError)) throw error;
		}
	}

	async #finish(status, signal) {
		noteStatus(this.runId, status);
		if (status !== "success") {
			this.#failure ??= { code: status, message: t("run.ended", { status: term("status", status) }) };
			return this.render();
		}
		const { values, interrupts } = await getState(this.threadId, signal);
		const asked = interrupts[0]?.value;
		this.#isWaiting = asked !== undefined;
		this.#problems = asked?.problems ?? [];
		this.#result = asked ? null : values;
		const sheetId = asked ? asked.sheet_id : values.sheet_id;
		if (sheetId) this.#editor = new CueEditor(new CueSheet(JSON.parse(await readText(sheetId, signal))), { isEditable: this.#isWaiting });
		else if (asked) this.#editor = new ReviewForm(asked.items);
		this.render();
		announce(t(asked ? "translation.asked" : "translation.finished"));
	}

	#question() {
		return el("div", { class: "question" },
			el("p", {}, t("translation.question")),
			this.#problems.length > 0 && el("ul", { class: "failure", role: "alert" }, this.#problems.map((problem) => el("li", {}, problem))),
			button({ id: "confirm", class: "button primary", onclick: (event) => this.#confirm(event.target) }, t("translation.confirm")));
	}

	async #confirm(pressed) {
		if (pressed.getAttribute("aria-disabled") === "true") return;
		pressed.setAttribute("aria-disabled", "true");
		try {
			const edits = this.#editor?.edits ?? {};
			const known = recentRun(this.runId);
			const graphId = known?.graphId ?? (this.#editor instanceof CueEditor ? "subtitles" : "translate");
			const runId = await resumeRun(this.threadId, graphId, { edits });
			rememberRun({ threadId: this.threadId, runId, title: known?.title ?? "", graphId, startedAt: new Date().toISOString(), status: "" });
			location.hash = `#/translations/${this.threadId}/${runId}`;
		} catch (error) {
			pressed.setAttribute("aria-disabled", "false");
			if (!(error instanceof ApiError)) throw error;
			this.#failure = error;
			this.render();
		}
	}

	#outcome({ mode, targets, warnings }) {
		return el("section", { class: "result" },
			mode === "offline" && el("p", { class: "banner offline" }, t("translation.offline")),
			warnings.filter(({ code }) => code !== "offline").map(({ message }) => el("p", { class: "banner" }, message)),
			el("table", { class: "targets" },
				el("thead", {}, el("tr", {}, ["language", "translated", "untranslated", "flags", "terms", "conform", "file"].map((name) => el("th", { scope: "col" }, t(`translation.${name}`))))),
				el("tbody", {}, Object.entries(targets).map(([language, figures]) => this.#target(language, figures)))),
			Object.entries(targets).map(([language, figures]) => !this.#editor && this.#text(language, figures)));
	}

	#target(language, { name, file_id: fileId, translated, untranslated, flags, terms, conformity }) {
		return el("tr", {},
			el("th", { scope: "row" }, language),
			el("td", {}, formatNumber(translated)), el("td", {}, formatNumber(untranslated)), el("td", {}, formatNumber(flags.length)),
			el("td", {}, terms.success === null ? "–" : formatShare(terms.success)),
			el("td", {}, conformity ? formatShare(conformity.share) : "–"),
			el("td", {}, fileId && button({ class: "link download", onclick: () => this.#download(fileId, name) }, name)));
	}

	#text(language, { text, flags }) {
		return el("section", { class: "translated" },
			text != null && el("h2", {}, language),
			text != null && el("p", { class: "book-text words", lang: language }, text),
			flags.length > 0 && el("ul", { class: "reasons" }, flags.map(({ id, status, reasons }) => el("li", {},
				el("strong", {}, `${id} · ${term("flag", status)}`), " ", reasons.map(({ message }) => message).join("; ")))));
	}

	async #download(fileId, name) {
		const address = URL.createObjectURL(new Blob([await readBytes(fileId, this.#leaving.signal)]));
		el("a", { href: address, download: name }).click();
		URL.revokeObjectURL(address);
	}
}
